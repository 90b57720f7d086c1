// Writes what Go's own text/template with sprig makes of each template of cases.txt, on the values of data.json: a JSON object a line.
// Run by goldens.sh on Debian, whose packages bring all that is imported. Templates are parted by lines of %%.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"sigs.k8s.io/yaml"
)

func toYaml(v interface{}) string {
	data, err := yaml.Marshal(v)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(string(data), "\n")
}

func run(text string, data interface{}) (out string, failed string) {
	functions := sprig.TxtFuncMap()
	functions["toYaml"] = toYaml
	functions["fromYaml"] = func(s string) map[string]interface{} {
		m := map[string]interface{}{}
		if err := yaml.Unmarshal([]byte(s), &m); err != nil {
			m["Error"] = err.Error()
		}
		return m
	}
	functions["fromJson"] = func(s string) map[string]interface{} {
		m := map[string]interface{}{}
		if err := json.Unmarshal([]byte(s), &m); err != nil {
			m["Error"] = err.Error()
		}
		return m
	}
	var t *template.Template
	functions["include"] = func(name string, data interface{}) (string, error) {
		var buf strings.Builder
		err := t.ExecuteTemplate(&buf, name, data)
		return buf.String(), err
	}
	functions["tpl"] = func(text string, data interface{}) (string, error) {
		own, err := t.Clone()
		if err != nil {
			return "", err
		}
		inner, err := own.New("gotpl").Parse(text)
		if err != nil {
			return "", err
		}
		var buf strings.Builder
		err = inner.Execute(&buf, data)
		return buf.String(), err
	}
	functions["lookup"] = func(string, string, string, string) map[string]interface{} { return map[string]interface{}{} }
	functions["required"] = func(warn string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return nil, fmt.Errorf("%s", warn)
		}
		return value, nil
	}
	t = template.New("t.yaml").Option("missingkey=zero").Funcs(functions)
	if _, err := t.Parse(text); err != nil {
		return "", err.Error()
	}
	var buf strings.Builder
	if err := t.Execute(&buf, data); err != nil {
		return "", err.Error()
	}
	return buf.String(), ""
}

func main() {
	cases, err := os.ReadFile("cases.txt")
	if err != nil {
		panic(err)
	}
	values, err := os.ReadFile("../resources/io/minik/charts/functions/data.json")
	if err != nil {
		panic(err)
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for _, text := range strings.Split(strings.TrimSuffix(string(cases), "\n"), "\n%%\n") {
		var data interface{}
		if err := json.Unmarshal(values, &data); err != nil {
			panic(err)
		}
		made, failed := run(text, data)
		line, err := json.Marshal(map[string]string{"template": text, "out": made, "error": failed})
		if err != nil {
			panic(err)
		}
		fmt.Fprintln(out, string(line))
	}
}
