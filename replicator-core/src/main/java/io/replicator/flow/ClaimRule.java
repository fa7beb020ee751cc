package io.replicator.flow;

import io.replicator.offsets.TopicClaim;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which of several flows writes a topic of the target. Each flow says on record what it is about to do, then looks at what the
 * others have said, and only then does it (as in Lamport's bakery): of two that begin at the same time at least one sees the
 * other. One that holds a topic keeps it; of two that hold it, because one of them was taken to be dead, the later is right.
 * Both find the same, so they never both write and never both refuse for long. Pure.
 */
final class ClaimRule {
    private ClaimRule() {}

    /** What to do about a topic; the graver one last. */
    enum Step {
        /** It may be copied. */
        COPY,
        /** Nobody has it: say that it is wanted, look again. */
        BEGIN,
        /** It was wanted, and nobody else has it or wants it: say that it is held, copy it. */
        FINISH,
        /** Somebody else has it, or will say soon whether he takes it. */
        WAIT,
        /** Somebody else has it, or may have it first: leave it, and say so. */
        YIELD
    }

    /**
     * @param step what to do
     * @param rival the flow that is in the way, empty when none is
     * @param claim what that one says
     */
    record Verdict(Step step, String rival, Optional<TopicClaim> claim) {}

    /**
     * Decides.
     *
     * @param flow this flow's name
     * @param own what it says of the topic
     * @param isCopied whether this instance copies the topic already
     * @param rivals what other flows say that may be running, by their names
     */
    static Verdict of(String flow, Optional<TopicClaim> own, boolean isCopied, Map<String, TopicClaim> rivals) {
        Verdict gravest = new Verdict(unrivalled(own), "", Optional.empty());
        for (Map.Entry<String, TopicClaim> rival : new TreeMap<>(rivals).entrySet()) {
            TopicClaim claim = rival.getValue();
            if (claim.state() != TopicClaim.State.LEFT) {
                Step step = against(own, isCopied, claim, isBefore(claim, rival.getKey(), own, flow));
                if (step.compareTo(gravest.step()) > 0) {
                    gravest = new Verdict(step, rival.getKey(), Optional.of(claim));
                }
            }
        }
        return gravest;
    }

    private static Step unrivalled(Optional<TopicClaim> own) {
        if (own.isEmpty()) {
            return Step.BEGIN;
        }
        return switch (own.get().state()) {
            case HELD -> Step.COPY;
            case WANTED -> Step.FINISH;
            case UNSAID, LEAVING, LEFT -> Step.BEGIN;
        };
    }

    private static Step against(Optional<TopicClaim> own, boolean isCopied, TopicClaim rival, boolean isRivalBefore) {
        if (own.isEmpty()) {
            return Step.WAIT;
        }
        return switch (own.get().state()) {
            case HELD -> whileHeld(isCopied, rival, isRivalBefore);
            case WANTED -> rival.state() == TopicClaim.State.WANTED && !isRivalBefore ? Step.WAIT : Step.YIELD;
            // The other must not take our progress for a claim.
            case UNSAID -> Step.YIELD;
            case LEAVING, LEFT -> Step.WAIT;
        };
    }

    private static Step whileHeld(boolean isCopied, TopicClaim rival, boolean isRivalBefore) {
        return switch (rival.state()) {
            case HELD, LEAVING -> isRivalBefore ? Step.COPY : Step.YIELD;
            // It saw us dead and looks once more; one that does not copy yet waits for what it finds.
            case WANTED -> isCopied ? Step.COPY : Step.WAIT;
            case UNSAID -> isCopied ? Step.COPY : Step.YIELD;
            case LEFT -> Step.COPY;
        };
    }

    private static boolean isBefore(TopicClaim claim, String name, Optional<TopicClaim> other, String otherName) {
        long otherTurn = other.map(TopicClaim::turn).orElse(0L);
        return claim.turn() != otherTurn ? claim.turn() < otherTurn : name.compareTo(otherName) < 0;
    }
}
