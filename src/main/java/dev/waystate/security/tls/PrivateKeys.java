package dev.waystate.security.tls;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;

/** Tells whether a private key belongs to a public key. */
public final class PrivateKeys {

    private static final byte[] TEXT = {1};

    /** The parameters for keys of RSASSA-PSS that are not restricted to one hash. */
    private static final AlgorithmParameterSpec PSS =
            new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, PSSParameterSpec.TRAILER_FIELD_BC);

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
            if (publicKey instanceof RSAKey rsa && privateKey.getAlgorithm().equals("RSASSA-PSS")) {
                signature.setParameter(rsa.getParams() == null ? PSS : rsa.getParams());
            }
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
