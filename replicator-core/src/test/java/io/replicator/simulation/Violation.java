package io.replicator.simulation;

/** What was promised does not hold: a record is lost, written twice or out of order, or somebody believes what is not so. */
final class Violation extends AssertionError {
    private static final long serialVersionUID = 1;

    Violation(String what) {
        super(what);
    }
}
