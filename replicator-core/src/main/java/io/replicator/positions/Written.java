package io.replicator.positions;

/**
 * A position that was written on the target.
 *
 * @param sourceOffset the source's position that it stood for, -1 when not known
 * @param targetOffset what was written, -1 when not known
 * @param isExact whether it was the exact translation
 */
public record Written(long sourceOffset, long targetOffset, boolean isExact) {
    /** No write is known. */
    public static final Written NOTHING = new Written(-1, -1, false);
}
