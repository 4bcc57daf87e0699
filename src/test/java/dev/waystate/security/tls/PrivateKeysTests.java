package dev.waystate.security.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PrivateKeysTests {

    @Test
    void keysFitTheirOwnPublicKeysAndNoOthers() throws Exception {
        AlgorithmParameterSpec sha384 = new PSSParameterSpec(
                "SHA-384", "MGF1", MGF1ParameterSpec.SHA384, 48, PSSParameterSpec.TRAILER_FIELD_BC);
        List<KeyPair> pairs = List.of(
                pair("RSA", null),
                pair("RSASSA-PSS", null),
                pair("RSASSA-PSS", new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4, sha384)),
                pair("EC", null),
                pair("Ed25519", null));

        for (KeyPair one : pairs) {
            for (KeyPair other : pairs) {
                assertThat(PrivateKeys.fit(one.getPrivate(), other.getPublic()))
                        .as("%s and %s", one.getPrivate(), other.getPublic())
                        .isEqualTo(one == other);
            }
        }
    }

    private static KeyPair pair(String algorithm, @Nullable AlgorithmParameterSpec kind) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        if (kind != null) {
            generator.initialize(kind);
        }
        return generator.generateKeyPair();
    }
}
