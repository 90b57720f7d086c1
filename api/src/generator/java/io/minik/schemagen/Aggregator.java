package io.minik.schemagen;

import java.util.Map;

/** APIService's messages: the client's protobuf classes leave kube-aggregator out; its field numbers are fixed upstream. */
final class Aggregator {
    private static final String PACKAGE = "k8s.io.kube_aggregator.pkg.apis.apiregistration.v1.";
    private static final String META = "k8s.io.apimachinery.pkg.apis.meta.v1.";

    static void add(Map<String, Message> messages) {
        message(messages, "ServiceReference", "optional string namespace 1", "optional string name 2", "optional int32 port 3");
        message(
                messages,
                "APIServiceSpec",
                "optional " + PACKAGE + "ServiceReference service 1",
                "optional string group 2",
                "optional string version 3",
                "optional bool insecureSkipTLSVerify 4",
                "optional bytes caBundle 5 +listType=atomic",
                "optional int32 groupPriorityMinimum 7",
                "optional int32 versionPriority 8");
        message(
                messages,
                "APIServiceCondition",
                "optional string type 1",
                "optional string status 2",
                "optional " + META + "Time lastTransitionTime 3",
                "optional string reason 4",
                "optional string message 5");
        message(
                messages,
                "APIServiceStatus",
                "repeated " + PACKAGE
                        + "APIServiceCondition conditions 1 +patchMergeKey=type +patchStrategy=merge +listType=map +listMapKey=type");
        message(
                messages,
                "APIService",
                "optional " + META + "ObjectMeta metadata 1",
                "optional " + PACKAGE + "APIServiceSpec spec 2",
                "optional " + PACKAGE + "APIServiceStatus status 3");
        message(
                messages,
                "APIServiceList",
                "optional " + META + "ListMeta metadata 1",
                "repeated " + PACKAGE + "APIService items 2");
    }

    private static void message(Map<String, Message> messages, String name, String... fields) {
        Message message = new Message(PACKAGE + name);
        for (String field : fields) {
            String[] words = field.split(" ", 5);
            message.fields.add(new Message.Field(
                    words[2],
                    Integer.parseInt(words[3]),
                    words[0],
                    words[1],
                    words.length > 4 ? words[4].replace(' ', '\n') : ""));
        }
        messages.put(message.name, message);
    }

    private Aggregator() {}
}
