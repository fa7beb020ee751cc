package io.replicator.cluster;

import java.util.Set;

/**
 * What brokers say about the rights of the user who asks (KIP-430).
 *
 * @param areKnown false where the brokers are too old to say (before 2.3), or were not asked
 */
public record Rights(boolean areKnown, Set<Right> granted) {
    public static final Rights UNKNOWN = new Rights(false, Set.of());

    public Rights {
        granted = Set.copyOf(granted);
    }

    public static Rights of(Set<Right> granted) {
        return new Rights(true, granted);
    }

    /** Whether a right is known to be missing. */
    public boolean lacks(Right wanted) {
        return !granted.isEmpty() && !granted.contains(wanted);
    }
}
