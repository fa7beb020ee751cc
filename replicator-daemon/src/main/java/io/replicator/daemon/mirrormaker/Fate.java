package io.replicator.daemon.mirrormaker;

/**
 * How a property of MirrorMaker 2 is translated.
 *
 * @param verdict what happens to it
 * @param words the key that it was translated to, or why it was not
 */
record Fate(Verdict verdict, String words) {
    /** What can happen to a property. */
    enum Verdict {
        TAKEN("taken"),
        NOT_NEEDED("not needed"),
        NOT_SUPPORTED("NOT SUPPORTED"),
        UNKNOWN("UNKNOWN");

        private final String word;

        Verdict(String word) {
            this.word = word;
        }
    }

    static Fate taken(String key) {
        return new Fate(Verdict.TAKEN, key);
    }

    static Fate notNeeded(String why) {
        return new Fate(Verdict.NOT_NEEDED, why);
    }

    static Fate notSupported(String why) {
        return new Fate(Verdict.NOT_SUPPORTED, why);
    }

    static Fate unknown() {
        return new Fate(Verdict.UNKNOWN, "MirrorMaker 2 has no such property");
    }

    @Override
    public String toString() {
        return verdict.word + ": " + words;
    }
}
