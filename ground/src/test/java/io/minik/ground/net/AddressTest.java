package io.minik.ground.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AddressTest {
    @Test
    void textIsWrittenInItsCanonicalForm() {
        for (String[] pair : new String[][] {
            {"10.0.0.255", "10.0.0.255"},
            {"2001:DB8:0:0:0:0:2:1", "2001:db8::2:1"},
            {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
            {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
            {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
            {"0:0:0:0:0:0:0:0", "::"},
            {"::1", "::1"},
            {"1::", "1::"},
            {"fe80::0:1", "fe80::1"},
            {"::ffff:10.1.2.3", "::ffff:10.1.2.3"},
            {"::ffff:a01:203", "::ffff:10.1.2.3"},
            {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
            {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
        }) {
            assertThat(Address.parse(pair[0])).as(pair[0]).hasToString(pair[1]);
        }
    }

    @Test
    void whatIsNoAddressIsRefused() {
        for (String text : List.of(
                "",
                "1",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.256",
                "01.2.3.4",
                "1.2.3.04",
                "1.2.3.-4",
                "1.2.3.+4",
                "1.2.3. 4",
                "0x1.2.3.4",
                ":",
                ":::",
                "1::2::3",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7:8::",
                "::1:2:3:4:5:6:7:8",
                "12345::",
                "g::",
                ":1::",
                "1::2:",
                "::1%eth0",
                "::1.2.3",
                "1.2.3.4::",
                "1:2:3:4:5:6:7:1.2.3.4",
                "localhost",
                "٣.1.1.1",
                "::" + "0".repeat(60))) {
            assertThat(Address.find(text)).as(text).isEmpty();
        }
        assertThatThrownBy(() -> Address.parse("x")).hasMessage("not an IP address: \"x\"");
    }

    /** The JDK reads what we write, as the same bytes, whatever the bytes. */
    @Test
    void anyAddressSurvivesItsText() throws Exception {
        Random random = new Random(36);
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
            random.nextBytes(bytes);
            for (int at = 0; at < bytes.length; at += 2) {
                if (random.nextBoolean()) {
                    bytes[at] = 0;
                    bytes[at + 1] = (byte) random.nextInt(2);
                }
            }
            Address address = Address.of(bytes);
            assertThat(Address.parse(address.toString())).isEqualTo(address);
            // The JDK takes the mapped ones for IPv4.
            assertThat(InetAddress.getByName(address.toString()).getAddress())
                    .as(address.toString())
                    .isEqualTo(address.unmapped().bytes());
        }
    }

    @Test
    void kindsOfAddressesAreKnownInBothFamilies() {
        assertThat(List.of("127.0.0.1", "127.255.0.1", "::1", "::ffff:127.0.0.1"))
                .allMatch(text -> Address.parse(text).isLoopback());
        assertThat(List.of("128.0.0.1", "::2", "::127.0.0.1", "::ffff:128.0.0.1"))
                .noneMatch(text -> Address.parse(text).isLoopback());
        assertThat(List.of("0.0.0.0", "::", "::ffff:0.0.0.0"))
                .allMatch(text -> Address.parse(text).isUnspecified());
        assertThat(List.of("169.254.1.1", "fe80::1", "febf::1", "::ffff:169.254.169.254"))
                .allMatch(text -> Address.parse(text).isLinkLocal());
        assertThat(List.of("169.253.1.1", "fec0::1"))
                .noneMatch(text -> Address.parse(text).isLinkLocal());
        assertThat(List.of("224.0.0.1", "239.1.1.1", "ff02::1", "::ffff:224.0.0.1"))
                .allMatch(text -> Address.parse(text).isMulticast());
        assertThat(List.of("223.0.0.1", "240.0.0.1", "fe02::1"))
                .noneMatch(text -> Address.parse(text).isMulticast());
    }

    @Test
    void addressesAreOrderedByFamilyAndByValue() {
        List<Address> sorted = new ArrayList<>();
        for (String text : List.of("ff::", "::1", "200.0.0.1", "9.0.0.1", "10.0.0.1")) {
            sorted.add(Address.parse(text));
        }
        Collections.sort(sorted);
        assertThat(sorted)
                .extracting(Address::toString)
                .containsExactly("9.0.0.1", "10.0.0.1", "200.0.0.1", "::1", "ff::");
    }
}
