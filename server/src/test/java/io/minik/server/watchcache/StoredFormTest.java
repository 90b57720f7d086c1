package io.minik.server.watchcache;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectMeta;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class StoredFormTest {
    private static ObjectNode tree(String json) {
        return Json.parseObject(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8).replace('"', '\'');
    }

    @Test
    void whatIsStoredBeginsWithItsHeadAndHasNoVersion() {
        byte[] stored = StoredForm.stored(
                tree(
                        "{'data':{'a':'b'},'metadata':{'name':'x','resourceVersion':'9','selfLink':'/'},'apiVersion':'v1','kind':'K'}"));
        assertThat(text(stored)).isEqualTo("{'kind':'K','apiVersion':'v1','metadata':{'name':'x'},'data':{'a':'b'}}");
    }

    @Test
    void servingSplicesTheRevisionIn() {
        byte[] stored = StoredForm.stored(tree("{'kind':'K','apiVersion':'v1','metadata':{'name':'x'},'spec':{}}"));
        KubeObject served = StoredForm.served(stored, 42);
        assertThat(text(served.bytes()))
                .isEqualTo("{'kind':'K','apiVersion':'v1','metadata':{'resourceVersion':'42','name':'x'},'spec':{}}");
        assertThat(served.meta().resourceVersion()).isEqualTo("42");
        assertThat(served.tree()).isEqualTo(Json.parseObject(served.bytes()));
    }

    @Test
    void anEmptyMetadataStaysJson() {
        KubeObject served =
                StoredForm.served(StoredForm.stored(tree("{'kind':'K','apiVersion':'v1','metadata':{}}")), 7);
        assertThat(text(served.bytes())).isEqualTo("{'kind':'K','apiVersion':'v1','metadata':{'resourceVersion':'7'}}");
        assertThat(text(StoredForm.atRevision(served, 123456).bytes()))
                .isEqualTo("{'kind':'K','apiVersion':'v1','metadata':{'resourceVersion':'123456'}}");
    }

    @Test
    void aRevisionCanBeReplaced() {
        byte[] stored =
                StoredForm.stored(tree("{'kind':'K','apiVersion':'v1','metadata':{'name':'x','labels':{'a':'b'}}}"));
        KubeObject later = StoredForm.atRevision(StoredForm.served(stored, 9), 1000);
        assertThat(later.bytes()).isEqualTo(StoredForm.served(stored, 1000).bytes());
        assertThat(later.length()).isEqualTo(later.bytes().length);
        assertThat(later.meta().resourceVersion()).isEqualTo("1000");
        assertThat(later.meta().labels()).containsEntry("a", "b");
    }

    @Test
    void sameBytesAreKnownWhateverTheirRevision() {
        byte[] stored = StoredForm.stored(tree("{'kind':'K','apiVersion':'v1','metadata':{'name':'x'},'a':'1'}"));
        byte[] other = StoredForm.stored(tree("{'kind':'K','apiVersion':'v1','metadata':{'name':'x'},'a':'2'}"));
        byte[] longer = StoredForm.stored(tree("{'kind':'K','apiVersion':'v1','metadata':{'name':'x'},'a':'11'}"));
        KubeObject served = StoredForm.served(stored, 77);
        assertThat(StoredForm.isServedAs(stored, served)).isTrue();
        assertThat(StoredForm.isServedAs(other, served)).isFalse();
        assertThat(StoredForm.isServedAs(longer, served)).isFalse();
    }

    @Test
    void anotherWritersOrderIsPutRight() {
        byte[] foreign = Json.bytes(
                tree("{'spec':{'metadata':{'name':'inner'}},'metadata':{'name':'x'},'kind':'K','apiVersion':'v1'}"));
        KubeObject served = StoredForm.served(foreign, 5);
        assertThat(served.name()).isEqualTo("x");
        assertThat(served.meta().resourceVersion()).isEqualTo("5");
        assertThat(served.text("spec", "metadata", "resourceVersion")).isEmpty();
    }

    @Test
    void theHeadIsReadWithoutManagedFields() {
        byte[] stored = StoredForm.stored(tree("{'kind':'K','apiVersion':'v1','metadata':{'name':'x',"
                + "'managedFields':[{'manager':'m'}],'finalizers':['f']}}"));
        KubeObject served = StoredForm.served(stored, 1);
        assertThat(served.meta().finalizers()).containsExactly("f");
        assertThat(text(served.bytes())).contains("managedFields");
    }

    @Test
    void theHeadIsThatOfTheWholeTree() {
        ObjectNode whole = tree(
                "{'kind':'K','apiVersion':'v1','metadata':{'annotations':{'}':'\\\"{'},'name':'x','namespace':'n',"
                        + "'uid':'74f32b15-67f5-4a1a-b8f6-10c0dd761907','labels':{'a':'<b>'},'managedFields':[{'f':{'k:{}':{}}}],"
                        + "'ownerReferences':[{'apiVersion':'v1','kind':'O','name':'o','uid':'u','controller':true}]},'metadata2':1}");
        ObjectMeta head = StoredForm.served(StoredForm.stored(whole), 12).meta();
        ObjectMeta parsed = ObjectMeta.of(whole.path("metadata")).at(12);
        assertThat(head).usingRecursiveComparison().isEqualTo(parsed);
    }

    @Test
    void aRevisionThatWasStoredByAnotherWriterIsNotBelieved() {
        byte[] foreign =
                Json.bytes(tree("{'kind':'K','apiVersion':'v1','metadata':{'name':'x','resourceVersion':'3'}}"));
        assertThat(StoredForm.served(foreign, 5).meta().revision()).isEqualTo(5);
    }
}
