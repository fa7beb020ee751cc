package io.replicator.testkit;

/** How a client proves who it is. */
public enum Mechanism {
    /** No SASL: anonymous, or a TLS certificate. */
    NONE("", ""),
    /** Name and password as they are. */
    PLAIN("PLAIN", "org.apache.kafka.common.security.plain.PlainLoginModule"),
    /** Salted challenge, SHA-256. */
    SCRAM_SHA_256("SCRAM-SHA-256", "org.apache.kafka.common.security.scram.ScramLoginModule"),
    /** Salted challenge, SHA-512. */
    SCRAM_SHA_512("SCRAM-SHA-512", "org.apache.kafka.common.security.scram.ScramLoginModule"),
    /** A bearer token that nobody signed: for trying the mechanism, not for trust. */
    OAUTHBEARER("OAUTHBEARER", "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule");

    private final String kafkaName;
    private final String loginModule;

    Mechanism(String kafkaName, String loginModule) {
        this.kafkaName = kafkaName;
        this.loginModule = loginModule;
    }

    /** The name in {@code sasl.mechanism}. */
    public String kafkaName() {
        return kafkaName;
    }

    boolean isScram() {
        return this == SCRAM_SHA_256 || this == SCRAM_SHA_512;
    }

    /** A client's {@code sasl.jaas.config}. */
    String clientLogin(String user, String password) {
        return this == OAUTHBEARER
                ? login("unsecuredLoginStringClaim_sub=" + quoted(user))
                : login("username=" + quoted(user) + " password=" + quoted(password));
    }

    /** The broker's {@code sasl.jaas.config}, knowing these options. */
    String login(String options) {
        return loginModule + " required" + (options.isEmpty() ? "" : " " + options) + ";";
    }

    static String quoted(String text) {
        return '"' + text + '"';
    }
}
