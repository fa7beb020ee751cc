package io.replicator.simulation;

import io.replicator.cluster.CommittedPosition;
import io.replicator.cluster.ConsumerGroups;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.apache.kafka.common.TopicPartition;

/**
 * Consumer groups that read the source, and what must be true of each position that an instance writes for them on the target:
 * it is where a reader goes on that has read what the group has read, or, where the copy has not come so far, the end of the
 * copy as it was saved. It goes back only after the group went back, and nobody writes who has let shard 0 go.
 */
final class FollowedGroups {
    private static final int GROUPS = 2;
    private static final String COPY = "copy-";

    private final Function<TopicPartition, TargetReader> readers;
    private final ToLongFunction<TopicPartition> saved;
    private final Trace trace;
    private final int slip;
    private final SimulatedGroups source;
    private final SimulatedGroups target;
    private final Map<Place, Standing> standings = new HashMap<>();

    /** A group's position in a source partition. */
    private record Place(String group, TopicPartition source) {
        TopicPartition target() {
            return new TopicPartition(COPY + source.topic(), source.partition());
        }
    }

    /** What is known of one position. */
    private static final class Standing {
        /** For which position of the source the target's one was written last, -1 for none. */
        private long writtenFor = -1;

        /** Whether the group ever went back: a keeper that does not know who wrote leaves its position where it is. */
        private boolean wentBack;

        /** Whether an instance wrote it that had lost shard 0 and did not know it yet: nobody can keep that out. */
        private boolean isDisturbed;
    }

    /** What is on its way to the target. */
    private record Sent(Place place, long sourceOffset, CommittedPosition position, long savedPosition) {}

    /**
     * @param readers of source partitions that have a copy
     * @param saved the source position that the flow has saved
     * @param slip by how much positions are written too high: a planted bug
     */
    FollowedGroups(
            Faults faults,
            Function<TopicPartition, TargetReader> readers,
            ToLongFunction<TopicPartition> saved,
            Trace trace,
            int slip) {
        this.slip = slip;
        this.source = new SimulatedGroups("source", faults);
        this.target = new SimulatedGroups("target", faults);
        this.readers = readers;
        this.saved = saved;
        this.trace = trace;
    }

    /** A group on the source reads on, or goes back. */
    void commit(TopicPartition partition, SourceLog applications, SplittableRandom random) {
        Place place = new Place("group-" + random.nextInt(GROUPS), partition);
        long end = applications.readableEnd();
        long last = source.offset(place.group(), partition).orElse(applications.partition.start);
        boolean goesBack = random.nextInt(12) == 0;
        long offset = goesBack ? random.nextLong(last + 1) : last + random.nextLong(Math.max(0, end - last) + 1);
        standing(place).wentBack |= offset < last;
        trace.say(place.group(), "reads", partition, "up to", offset);
        source.commit(place.group(), partition, new CommittedPosition(offset, ""));
    }

    private Standing standing(Place place) {
        return standings.computeIfAbsent(place, added -> new Standing());
    }

    /** Whether every position is right that can be: the last of the source is on the target. */
    Optional<String> unsettled() {
        return standings.entrySet().stream()
                .filter(each -> !each.getValue().wentBack && !each.getValue().isDisturbed)
                .map(Map.Entry::getKey)
                .filter(place -> !isSettled(place))
                .map(place -> place + " is at " + target.offset(place.group(), place.target()) + " for "
                        + source.offset(place.group(), place.source()))
                .findFirst();
    }

    private boolean isSettled(Place place) {
        long sourceOffset = source.offset(place.group(), place.source()).orElseThrow();
        TargetReader reader = readers.apply(place.source());
        return target.offset(place.group(), place.target())
                .map(offset -> reader.isSame(sourceOffset, offset))
                .orElse(false);
    }

    /**
     * The groups as one process sees them.
     *
     * @param mayWrite whether it is not known to everybody that it has let shard 0 go
     * @param isOwner whether the coordinator takes it for the owner of shard 0
     */
    Follower follow(String instance, SimulatedProcess process, BooleanSupplier mayWrite, BooleanSupplier isOwner) {
        return new Follower(instance, process, mayWrite, isOwner);
    }

    /** One process that keeps the groups' positions. */
    final class Follower {
        private final String instance;
        private final SimulatedProcess process;
        private final BooleanSupplier mayWrite;
        private final BooleanSupplier isOwner;
        private final Map<Place, Long> read = new HashMap<>();
        private final List<Sent> sent = new ArrayList<>();

        private Follower(String instance, SimulatedProcess process, BooleanSupplier mayWrite, BooleanSupplier isOwner) {
            this.instance = instance;
            this.process = process;
            this.mayWrite = mayWrite;
            this.isOwner = isOwner;
        }

        ConsumerGroups onSource() {
            return source.open(process, new SimulatedGroups.Client() {
                @Override
                public void reads(String group, Map<TopicPartition, CommittedPosition> positions) {
                    positions.forEach(
                            (partition, position) -> read.put(new Place(group, partition), position.offset()));
                }

                @Override
                public void writes(String group, TopicPartition partition, CommittedPosition position) {
                    throw new Violation(instance + " writes a position on the source: " + group + " " + partition);
                }
            });
        }

        ConsumerGroups onTarget() {
            return target.open(process, new SimulatedGroups.Client() {
                @Override
                public void reads(String group, Map<TopicPartition, CommittedPosition> positions) {
                    // What it makes of that shows in what it writes.
                }

                @Override
                public void writes(String group, TopicPartition partition, CommittedPosition position) {
                    TopicPartition from =
                            new TopicPartition(partition.topic().substring(COPY.length()), partition.partition());
                    Place place = new Place(group, from);
                    CommittedPosition there = new CommittedPosition(position.offset() + slip, position.metadata());
                    sent.add(new Sent(place, read.get(place), there, saved.applyAsLong(from)));
                }
            });
        }

        /** What was sent arrives. */
        void arrive() {
            for (Sent each : List.copyOf(sent)) {
                arrive(each);
            }
            sent.clear();
        }

        private void arrive(Sent written) {
            Place place = written.place();
            long offset = written.position().offset();
            trace.say(instance, "writes", place, "at", offset, "for", written.sourceOffset());
            must(mayWrite.getAsBoolean(), "it has let shard 0 go", written);
            Standing standing = standing(place);
            standing.isDisturbed |= !isOwner.getAsBoolean();
            TargetReader reader = readers.apply(place.source());
            reader.read();
            boolean isCopied = written.sourceOffset() <= written.savedPosition();
            long stoodFor = isCopied ? written.sourceOffset() : written.savedPosition();
            must(reader.isSame(stoodFor, offset), "a reader there does not read on from " + stoodFor, written);
            boolean isBack =
                    offset < target.offset(place.group(), place.target()).orElse(0L);
            must(
                    !isBack || standing.isDisturbed || written.sourceOffset() < standing.writtenFor,
                    "it goes back, and the group did not",
                    written);
            standing.writtenFor = written.sourceOffset();
            target.commit(place.group(), place.target(), written.position());
        }

        private void must(boolean holds, String what, Sent written) {
            if (!holds) {
                throw new Violation(instance + " writes " + written + " of "
                        + readers.apply(written.place().source()) + ": " + what);
            }
        }
    }
}
