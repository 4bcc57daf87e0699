package dev.waystate.security.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.JSONObjectUtils;
import dev.waystate.server.logging.LogText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The keys of a JWK set that can verify a signature here. The library's parser would refuse the whole set for one key
 * that it does not understand.
 *
 * @param keys the usable keys
 * @param unusable the key id of each other key, and why it cannot be used
 */
record PublicKeys(JWKSet keys, List<String> unusable) {

    /** Of every algorithm with RSA (RFC 7518, 3.3 and 3.5). */
    private static final int LEAST_RSA_BITS = 2048;

    /** @throws IOException if it is no JWK set, or none of its keys can be used */
    static PublicKeys parse(byte[] json) throws IOException {
        List<JWK> keys = new ArrayList<>();
        List<String> unusable = new ArrayList<>();
        for (Object member : members(json)) {
            try {
                keys.add(usable(member));
            } catch (ParseException | JOSEException | RuntimeException odd) {
                Object id = member instanceof Map<?, ?> key ? key.get("kid") : null;
                unusable.add((id == null ? "one without kid" : "kid " + LogText.quote(String.valueOf(id))) + ": "
                        + LogText.quote(String.valueOf(odd.getMessage())));
            }
        }
        if (keys.isEmpty()) {
            throw new IOException("expected public keys, but "
                    + (unusable.isEmpty() ? "there are none" : "none can be used: " + String.join(", ", unusable)));
        }
        return new PublicKeys(new JWKSet(keys), unusable);
    }

    private static List<?> members(byte[] json) throws IOException {
        try {
            if (JSONObjectUtils.parse(new String(json, StandardCharsets.UTF_8)).get("keys") instanceof List<?> keys) {
                return keys;
            }
        } catch (ParseException noJson) {
            // said below
        }
        throw new IOException("expected a JWK set: a JSON object with an array of keys");
    }

    @SuppressWarnings("unchecked") // an object's members have names
    private static JWK usable(Object member) throws ParseException, JOSEException {
        if (!(member instanceof Map<?, ?> fields)) {
            throw new ParseException("expected a JSON object", 0);
        }
        JWK key = JWK.parse((Map<String, Object>) fields);
        if (!(key instanceof AsymmetricJWK asymmetric)) {
            throw new ParseException("expected a public key, but it is symmetric", 0);
        }
        asymmetric.toPublicKey(); // fails if Java does not have the curve
        if (key instanceof RSAKey && key.size() < LEAST_RSA_BITS) {
            throw new ParseException("expected at least " + LEAST_RSA_BITS + " bits, but it has " + key.size(), 0);
        }
        return key.toPublicJWK();
    }
}
