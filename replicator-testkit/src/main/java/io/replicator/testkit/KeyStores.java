package io.replicator.testkit;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A cluster's certificates, as PKCS#12 files: an authority of its own, one certificate for all brokers (for 127.0.0.1 and
 * localhost), one for each user.
 */
final class KeyStores {
    private static final String PASSWORD = "testkit";
    private static final String BROKER = "broker";
    private static final String TRUST = "trust";
    private static final String USER = "user-";
    private static final String AUTHORITY = "CN=Replicator testkit";

    private final Path directory;
    private final KeyPairGenerator keys;
    private final KeyPair authorityKeys;
    private final Date notBefore = Date.from(Instant.now().minus(Duration.ofDays(1)));
    private final Date notAfter = Date.from(Instant.now().plus(Duration.ofDays(30)));
    private X509Certificate authority;
    private long serial;

    private KeyStores(Path directory) throws GeneralSecurityException {
        this.directory = directory;
        this.keys = KeyPairGenerator.getInstance("EC");
        this.keys.initialize(256);
        this.authorityKeys = keys.generateKeyPair();
    }

    /** Writes what the plan needs: nothing, without TLS. */
    static KeyStores create(ClusterPlan plan, Path directory) {
        try {
            KeyStores stores = new KeyStores(directory);
            if (plan.access().usesTls()) {
                Files.createDirectories(directory);
                stores.write(plan.access().users().keySet());
            }
            return stores;
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException(plan.name() + ": certificates could not be made", e);
        }
    }

    /** What a broker needs that finds the files in this directory. */
    static Map<String, String> brokerProperties(String directory) {
        Map<String, String> properties = new HashMap<>(store("keystore", directory + "/" + file(BROKER)));
        properties.putAll(store("truststore", directory + "/" + file(TRUST)));
        return properties;
    }

    /** What a client needs to trust the brokers. */
    Map<String, String> trust() {
        return store("truststore", directory.resolve(file(TRUST)).toString());
    }

    /** What a client needs to be this user. */
    Map<String, String> identity(String user) {
        return store("keystore", directory.resolve(file(USER + user)).toString());
    }

    /** Where the files are, if there are any. */
    Path directory() {
        return directory;
    }

    private static Map<String, String> store(String kind, String location) {
        String prefix = "ssl." + kind + ".";
        return Map.of(prefix + "location", location, prefix + "password", PASSWORD, prefix + "type", "PKCS12");
    }

    private static String file(String name) {
        return name + ".p12";
    }

    private void write(Iterable<String> users) throws GeneralSecurityException, OperatorCreationException, IOException {
        authority = sign(
                AUTHORITY,
                authorityKeys,
                builder -> builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true)));
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        trust.setCertificateEntry("authority", authority);
        store(TRUST, trust);

        GeneralNames names = new GeneralNames(new GeneralName[] {
            new GeneralName(GeneralName.iPAddress, "127.0.0.1"), new GeneralName(GeneralName.dNSName, "localhost")
        });
        identity(BROKER, "CN=broker", builder -> builder.addExtension(Extension.subjectAlternativeName, false, names));
        for (String user : users) {
            identity(USER + user, "CN=" + user, builder -> {});
        }
    }

    private void identity(String file, String subject, Extensions extensions)
            throws GeneralSecurityException, OperatorCreationException, IOException {
        KeyPair pair = keys.generateKeyPair();
        X509Certificate certificate = sign(subject, pair, extensions);
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        PrivateKey key = pair.getPrivate();
        store.setKeyEntry("key", key, PASSWORD.toCharArray(), new Certificate[] {certificate, authority});
        store(file, store);
    }

    private X509Certificate sign(String subject, KeyPair pair, Extensions extensions)
            throws GeneralSecurityException, OperatorCreationException, IOException {
        serial++;
        X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                new X500Name(AUTHORITY),
                BigInteger.valueOf(serial),
                notBefore,
                notAfter,
                new X500Name(subject),
                pair.getPublic());
        extensions.addTo(builder);
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(
                        new JcaContentSignerBuilder("SHA256withECDSA").build(authorityKeys.getPrivate())));
    }

    private void store(String file, KeyStore store) throws GeneralSecurityException, IOException {
        try (OutputStream out = Files.newOutputStream(directory.resolve(file(file)))) {
            store.store(out, PASSWORD.toCharArray());
        }
    }

    /** What a certificate says beyond its subject. */
    private interface Extensions {
        void addTo(X509v3CertificateBuilder builder) throws IOException;
    }
}
