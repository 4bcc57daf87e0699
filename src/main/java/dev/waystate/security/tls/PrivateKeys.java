package dev.waystate.security.tls;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;

/** Tells whether a private key belongs to a public key. */
public final class PrivateKeys {

    private static final byte[] TEXT = {1};

    private PrivateKeys() {}

    /** Returns whether the public key verifies what the private key signs. */
    public static boolean fit(PrivateKey privateKey, PublicKey publicKey) {
        try {
            Signature signature = Signature.getInstance(
                    switch (privateKey.getAlgorithm()) {
                        case "RSA" -> "SHA256withRSA";
                        case "EC" -> "SHA256withECDSA";
                        default -> privateKey.getAlgorithm();
                    });
            signature.initSign(privateKey);
            signature.update(TEXT);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(TEXT);
            return signature.verify(signed);
        } catch (GeneralSecurityException differentKinds) {
            return false;
        }
    }
}
