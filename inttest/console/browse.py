"""The console in headless Chromium, by the W3C WebDriver protocol (https://www.w3.org/TR/webdriver2/), as a person uses it.

browse.py SHOTS <<<"LINK VIEWERS_TOKEN": checks are printed as the scenarios' checks are; SHOTS is a folder for pictures, or empty.
"""
import base64
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
ENTER, TAB = "\ue007", "\ue004"
failed = False


class Browser:
    """One window. A step that finds nothing within its time raises."""

    def __init__(self, port):
        self.base = f"http://127.0.0.1:{port}"
        options = {"args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1280,800",
                            "--ignore-certificate-errors", "--hide-scrollbars"]}
        capabilities = {"browserName": "chrome", "acceptInsecureCerts": True, "goog:chromeOptions": options,
                        "goog:loggingPrefs": {"browser": "ALL"}}
        answer = self.ask("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
        self.base += "/session/" + answer["sessionId"]

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)["value"]["message"].splitlines()[0]) from None

    def go(self, url):
        self.ask("POST", "/url", {"url": url})

    def script(self, text, *args):
        return self.ask("POST", "/execute/sync", {"script": text, "args": list(args)})

    def find(self, xpath, seconds=15):
        end = time.monotonic() + seconds
        while True:
            found = self.ask("POST", "/elements", {"using": "xpath", "value": xpath})
            if found:
                return found[0][ELEMENT]
            if time.monotonic() > end:
                raise RuntimeError(f"nothing is {xpath} in: {self.text()[:1500]}")

    def count(self, xpath):
        return len(self.ask("POST", "/elements", {"using": "xpath", "value": xpath}))

    def click(self, xpath, seconds=15):
        # What is kept up to date may be drawn anew between finding and clicking.
        for attempt in range(5):
            try:
                return self.ask("POST", f"/element/{self.find(xpath, seconds)}/click", {})
            except RuntimeError as error:
                if "stale" not in str(error) or attempt == 4:
                    raise

    def type(self, xpath, text):
        self.ask("POST", f"/element/{self.find(xpath)}/value", {"text": text})

    def keys(self, text):
        presses = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        self.ask("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": presses}]})

    def text(self):
        return self.script("return document.querySelector('main').innerText + ' ' + document.querySelector('header').innerText + ' '"
                           " + document.querySelector('#notes').innerText")

    def shows(self, word, seconds=20):
        until(lambda: word in self.text(), seconds, lambda: f"no {word!r} in: {self.text()[:1500]}")

    def resize(self, width, height):
        self.ask("POST", "/window/rect", {"width": width, "height": height})

    def troubles(self):
        """What the page complained of: scripts that failed, and what its content policy stopped."""
        log = self.ask("POST", "/se/log", {"type": "browser"})
        return [line["message"] for line in log if line["level"] == "SEVERE" and "Failed to load resource" not in line["message"]]


def until(condition, seconds, why):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(why())


def check(title, step):
    global failed
    try:
        step()
        print(f"ok - {title}", flush=True)
    except Exception as error:  # whatever went wrong is what is told
        failed = True
        print(f"not ok - {title}\n#   " + str(error).replace("\n", "\n#   "), flush=True)


def holds(condition, why):
    if not condition:
        raise RuntimeError(why)


def listed(browser, kind, name):
    """The list of a kind, of which one object is looked for."""
    browser.click(menu(kind))
    browser.script("document.querySelector('input[type=search]').value = ''")
    browser.type('//input[@type="search"]', name)
    return f'//table//a[starts-with(text(),"{name}")]'


def menu(kind):
    return f'//nav/a[text()="{kind}"]'


def admin(browser, link, shots):
    def shot(name):
        if shots:
            with open(f"{shots}/console-{name}.png", "wb") as file:
                file.write(base64.b64decode(browser.ask("GET", "/screenshot")))

    def sign_in():
        browser.go(link)
        browser.shows("system:serviceaccount:kube-system:minik-console")
        holds("code=" not in browser.script("return location.href"), "the code is still in the address")
        holds(not browser.script("return Object.values(localStorage).join().includes('eyJ')"), "a token is kept for ever")

    def glance():
        browser.shows("1 node ·")
        browser.find('//section[contains(@class,"card")]//a[text()="node-a"]')
        browser.find('//div[@class="pods"]/a[@class="good"]')
        browser.find('//div[@class="pods"]/a[@class="bad"]', 60)
        browser.shows("BackOff", 60)
        shot("overview")

    def pods():
        browser.click(menu("Pod"))
        browser.find('//table//a[text()="broken"]')
        browser.keys("/")
        browser.keys("broken")
        until(lambda: browser.count("//tbody/tr") == 1, 10, browser.text)
        shot("pods")

    def pod():
        browser.click(listed(browser, "Pod", "web-"))
        browser.shows("Running")
        browser.find('//a[text()="node-a"]')
        browser.click('//div[@class="tabs"]/a[text()="Logs"]')
        browser.shows("a line of the log")
        browser.click('//div[@class="tabs"]/a[text()="Events"]')
        browser.shows("Started")
        browser.shows("Scheduled")

    def terminal():
        browser.click('//div[@class="tabs"]/a[text()="Terminal"]')
        browser.find('//textarea[contains(@class,"xterm")]')
        screen = "return document.querySelector('.xterm-accessibility')?.innerText ?? ''"
        until(lambda: "#" in browser.script(screen), 20, lambda: "no prompt: " + browser.script(screen))
        browser.keys("echo $((6*7))-answer" + ENTER)
        until(lambda: "42-answer" in browser.script(screen), 20, lambda: browser.script(screen))
        shot("terminal")

    yaml = '//textarea[@aria-label="YAML"]'

    def edit(before, after):
        browser.click(menu("Deployment"))
        browser.click('//table//a[text()="web"]')
        browser.click('//div[@class="tabs"]/a[text()="YAML"]')
        browser.find(yaml)
        holds("managedFields" not in browser.script("return document.querySelector('textarea').value"), "managedFields are shown")
        browser.script("const field = document.querySelector('textarea'); const [head, spec] = field.value.split('\\nspec:');"
                       "field.value = head + '\\nspec:' + spec.replace(arguments[0], arguments[1]);"
                       "field.dispatchEvent(new Event('input'))", before, after)
        browser.click('//button[text()="Check"]')

    def change():
        edit("replicas: 2\n", "replicas: 3\n")
        browser.find('//pre//span[@class="added"][contains(.,"replicas: 3")]')
        browser.find('//pre//span[@class="removed"][contains(.,"replicas: 2")]')
        shot("edit")
        browser.click('//button[text()="Apply"]')
        browser.shows("Applied.")

    def refused():
        def tried():
            # While its pods are made the object changes, and what was edited is no longer the latest.
            edit("replicas: 3\n", "replicas: -3\n")
            browser.find('//*[@role="alert"]')
            return "the object has been modified" not in browser.text()

        until(tried, 30, browser.text)
        browser.shows("spec.replicas: Invalid value")
        holds(browser.script("return [...document.querySelectorAll('button')].find(b => b.textContent === 'Apply').disabled"),
              "what the server refuses can be applied")

    def delete():
        browser.click(listed(browser, "Pod", "broken"))
        browser.click('//button[text()="Delete…"]')
        browser.ask("POST", "/alert/accept", {})
        browser.shows("is being deleted")
        browser.shows("It is not there.", 60)

    def all_kinds():
        """Each kind of the menu, and the others by their list."""
        browser.click(menu("Overview"))
        for kind in browser.script("return [...document.querySelectorAll('nav a')].slice(1).map(a => a.textContent)"):
            browser.click(menu(kind))
            browser.find(f'//h1[text()="{kind}"]')
            until(lambda: browser.count("//main//table | //main//p[text()='None.']"), 10, browser.text)
        browser.script("const more = document.querySelector('nav select'); more.value = 'clusterroles.rbac.authorization.k8s.io';"
                       "more.dispatchEvent(new Event('change'))")
        browser.shows("cluster-admin")

    def many():
        browser.click(menu("Pod"))
        until(lambda: browser.count("//tbody/tr") == 500, 30, lambda: str(browser.count("//tbody/tr")))
        browser.shows("The first 500 are shown")
        slowest = browser.script("const start = performance.now(); const field = document.querySelector('input[type=search]');"
                                 "field.value = 'crowd-499'; field.dispatchEvent(new Event('input')); return performance.now() - start")
        until(lambda: browser.count("//tbody/tr") == 1, 10, lambda: f"{browser.count('//tbody/tr')} rows after {slowest} ms")
        browser.click(menu("Overview"))
        until(lambda: browser.count('//div[@class="pods"]/a') > 500, 30, browser.text)

    def narrow():
        browser.resize(320, 640)
        try:
            narrowly()
        finally:
            browser.resize(1280, 800)

    def narrowly():
        for address in ("#/", "#/pods", "#/deployments.apps/default/web", "#/deployments.apps/default/web/yaml", "#/nodes/-/node-a",
                        "#/events"):
            browser.script("location.hash = arguments[0]", address)
            until(lambda: browser.script("return location.hash") == address and browser.count("//main//h1"), 10, browser.text)
            wide = browser.script("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
            holds(wide <= 0, f"{address} is {wide} px too wide")
        browser.click('//button[@id="menu"]')
        browser.click(menu("Node"))
        browser.find('//table//a[text()="node-a"]')
        shot("phone")

    def keyboard():
        browser.go(browser.script("return location.origin") + "/console/")
        browser.find('//h1[text()="Cluster"]')
        focused = "return document.activeElement?.textContent ?? ''"
        for key in range(60):
            browser.keys(TAB)
            if browser.script(focused) == "Node":
                break
        browser.keys(ENTER)
        browser.find('//h1[text()="Node"]')
        for key in range(80):
            browser.keys(TAB)
            if browser.script(focused) == "node-a":
                break
        holds(browser.script("return getComputedStyle(document.activeElement).outlineStyle") != "none", "what has the focus is not seen")
        browser.keys(ENTER)
        browser.shows("Conditions")

    def dark():
        before = browser.script("return getComputedStyle(document.body).backgroundColor")
        browser.click('//button[@id="theme"]')
        holds(browser.script("return getComputedStyle(document.body).backgroundColor") != before, "it looks the same")
        browser.click(menu("Overview"))
        browser.shows("Warnings")
        shot("dark")

    def once_only():
        browser.click('//button[@id="leave"]')
        browser.find("//textarea")
        browser.go(link)
        browser.shows("this link was used already or is too old")

    check("a link signs in, and leaves no code in the address", sign_in)
    check("the cluster at a glance: nodes, pods by state, warnings", glance)
    check("pods are listed, and filtered from the keyboard", pods)
    check("a pod: state, log, events", pod)
    check("a shell in it", terminal)
    check("YAML is changed after a look at the difference", change)
    check("what the server refuses is told and can't be applied", refused)
    check("an object is deleted, after a question", delete)
    check("each kind of the menu opens, and the others", all_kinds)
    check("five hundred pods", many)
    check("320 px wide nothing sticks out", narrow)
    check("it goes by keyboard alone", keyboard)
    check("dark and light", dark)
    check("a link signs in only once", once_only)
    check("no script failed, and the content policy stopped nothing", lambda: holds(not browser.troubles(), str(browser.troubles())))


def viewer(browser, token):
    def only_what_they_may():
        browser.type("//textarea", token)
        browser.click('//button[text()="Sign in"]')
        browser.shows("system:serviceaccount:default:viewer")
        browser.click(menu("Secret"))
        browser.shows('secrets is forbidden: User "system:serviceaccount:default:viewer" cannot list resource "secrets"')
        browser.click(menu("Deployment"))
        browser.click('//table//a[text()="web"]')
        browser.shows("Conditions")
        holds(browser.count("//main//button") == 0, "buttons for what they may not do")
        browser.click('//div[@class="tabs"]/a[text()="YAML"]')
        browser.shows("You may only read it.")

    check("a viewer sees what RBAC lets them see, and no buttons", only_what_they_may)


def main():
    link, token = sys.stdin.read().split()
    shots = sys.argv[1]
    driver = subprocess.Popen(["chromedriver", "--port=9515", "--log-level=SEVERE"], stdout=subprocess.DEVNULL)
    try:
        def answers():
            try:
                return urllib.request.urlopen("http://127.0.0.1:9515/status", timeout=5).status == 200
            except OSError:
                return False

        until(answers, 30, lambda: "chromedriver does not answer")
        browser = Browser(9515)
        admin(browser, link, shots)
        viewer(browser, token)
        browser.ask("DELETE", "")
    finally:
        driver.terminate()
        driver.wait()
    return 1 if failed else 0


sys.exit(main())
