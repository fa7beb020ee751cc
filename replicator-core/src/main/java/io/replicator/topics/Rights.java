package io.replicator.topics;

import java.util.Set;
import org.apache.kafka.common.acl.AclOperation;

/** Reads the rights that brokers report about the one who asks (KIP-430). */
final class Rights {
    private Rights() {}

    /**
     * Whether a right is known to be missing.
     *
     * @param granted as the brokers say; null or empty when they are too old to say
     */
    static boolean lacks(Set<AclOperation> granted, AclOperation wanted) {
        return granted != null && !granted.isEmpty() && !granted.contains(wanted);
    }
}
