package io.replicator.verify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.cluster.ReadRecord;
import io.replicator.offsets.PartitionPair;
import io.replicator.offsets.Runs;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One mistake in a stream of records that are otherwise copied as they are: wherever it is, it is found there, and
 * nothing else is.
 */
class PlantedMistakeTest {
    private static final TopicPartition SOURCE = new TopicPartition("orders", 7);
    private static final TopicPartition TARGET = new TopicPartition("east.orders", 7);
    private static final long SOURCE_START = 1_000;
    private static final long TARGET_START = 50;

    /** What the copier does wrong at one record, and what has to be said of it. */
    private enum Mistake {
        /** It leaves the record out, and the offset map knows. */
        SKIP {
            @Override
            void plant(Stream stream, int place) {
                stream.target.remove(place);
                stream.runs = new long[] {
                    SOURCE_START,
                    TARGET_START,
                    place,
                    SOURCE_START + place + 1,
                    TARGET_START + place,
                    stream.target.size() - place
                };
            }

            @Override
            List<Difference> expected(Stream stream, int place) {
                return List.of(difference(SOURCE_START + place, -1, "missing on target: no run covers it"));
            }
        },
        /** It leaves the record out, and the offset map believes that it is there. */
        SKIP_UNNOTICED {
            @Override
            void plant(Stream stream, int place) {
                stream.target.remove(place);
            }

            @Override
            List<Difference> expected(Stream stream, int place) {
                List<Difference> expected = new ArrayList<>();
                for (int after = place; after < stream.target.size(); after++) {
                    expected.add(at(after, timestamps(after, after + 1)));
                }
                expected.add(at(stream.target.size(), "missing on target"));
                return expected;
            }
        },
        /** It writes the record twice, and the offset map knows of the second only. */
        REPEAT {
            @Override
            void plant(Stream stream, int place) {
                stream.target.add(place, stream.target.get(place));
                stream.runs = new long[] {
                    SOURCE_START,
                    TARGET_START,
                    place,
                    SOURCE_START + place,
                    TARGET_START + place + 1,
                    stream.source.size() - place
                };
            }

            @Override
            List<Difference> expected(Stream stream, int place) {
                return List.of(difference(-1, TARGET_START + place, "extra record on target: no run explains it"));
            }
        },
        /** It swaps the record with the next one. */
        SWAP {
            @Override
            void plant(Stream stream, int place) {
                Collections.swap(stream.target, place, place + 1);
            }

            @Override
            List<Difference> expected(Stream stream, int place) {
                return List.of(at(place, timestamps(place, place + 1)), at(place + 1, timestamps(place + 1, place)));
            }
        },
        /** One bit of a header's value. */
        CHANGE_HEADER_VALUE {
            @Override
            void plant(Stream stream, int place) {
                stream.target.set(place, new Content(place, "k", "v", List.of("first", "a", "second", "c")));
            }

            @Override
            List<Difference> expected(Stream stream, int place) {
                return List.of(at(place, "header 1 differs"));
            }
        },
        CHANGE_HEADER_KEY {
            @Override
            void plant(Stream stream, int place) {
                stream.target.set(place, new Content(place, "k", "v", List.of("First", "a", "second", "b")));
            }

            @Override
            List<Difference> expected(Stream stream, int place) {
                return List.of(at(place, "header 0 differs"));
            }
        },
        SWAP_HEADERS {
            @Override
            void plant(Stream stream, int place) {
                stream.target.set(place, new Content(place, "k", "v", List.of("second", "b", "first", "a")));
            }

            @Override
            List<Difference> expected(Stream stream, int place) {
                return List.of(at(place, "header 0 differs; header 1 differs"));
            }
        },
        DROP_HEADER {
            @Override
            void plant(Stream stream, int place) {
                stream.target.set(place, new Content(place, "k", "v", List.of("first", "a")));
            }

            @Override
            List<Difference> expected(Stream stream, int place) {
                return List.of(at(place, "headers differ: 2, target 1"));
            }
        },
        CHANGE_KEY {
            @Override
            void plant(Stream stream, int place) {
                stream.target.set(place, new Content(place, "K", "v", Content.HEADERS));
            }

            @Override
            List<Difference> expected(Stream stream, int place) {
                return List.of(at(place, "key differs: 1 bytes, target 1 bytes"));
            }
        },
        /** An empty value instead of none is what a careless copier makes of a tombstone. */
        CHANGE_VALUE {
            @Override
            void plant(Stream stream, int place) {
                stream.source.set(place, new Content(place, "k", null, Content.HEADERS));
                stream.target.set(place, new Content(place, "k", "", Content.HEADERS));
            }

            @Override
            List<Difference> expected(Stream stream, int place) {
                return List.of(at(place, "value differs: null, target 0 bytes"));
            }
        },
        CHANGE_TIMESTAMP {
            @Override
            void plant(Stream stream, int place) {
                stream.target.set(place, new Content(place + 1, "k", "v", Content.HEADERS));
            }

            @Override
            List<Difference> expected(Stream stream, int place) {
                return List.of(at(place, timestamps(place, place + 1)));
            }
        };

        abstract void plant(Stream stream, int place);

        abstract List<Difference> expected(Stream stream, int place);

        private static Difference at(int place, String what) {
            return difference(SOURCE_START + place, TARGET_START + place, what);
        }

        private static Difference difference(long sourceOffset, long targetOffset, String what) {
            return new Difference("orders", 7, sourceOffset, "east.orders", targetOffset, what);
        }

        private static String timestamps(long source, long target) {
            return "timestamp differs: " + source + ", target " + target;
        }
    }

    /** A record without its place; only the timestamp tells one of the stream from the next. */
    private record Content(long timestamp, String key, String value, List<String> headers) {
        static final List<String> HEADERS = List.of("first", "a", "second", "b");

        ReadRecord at(TopicPartition partition, long offset) {
            List<ReadRecord.Header> all = new ArrayList<>();
            for (int i = 0; i < headers.size(); i += 2) {
                all.add(new ReadRecord.Header(headers.get(i), headers.get(i + 1).getBytes(UTF_8)));
            }
            byte[] valueBytes = value == null ? null : value.getBytes(UTF_8);
            return new ReadRecord(
                    partition,
                    offset,
                    timestamp,
                    ReadRecord.TimestampType.CREATE_TIME,
                    key.getBytes(UTF_8),
                    valueBytes,
                    all,
                    ReadRecord.UNKNOWN_EPOCH);
        }
    }

    /** The same records on both sides, and one run between them. */
    private static final class Stream {
        final List<Content> source;
        final List<Content> target;
        long[] runs;

        Stream(int records) {
            this.source = new ArrayList<>(IntStream.range(0, records)
                    .mapToObj(place -> new Content(place, "k", "v", Content.HEADERS))
                    .toList());
            this.target = new ArrayList<>(source);
            this.runs = new long[] {SOURCE_START, TARGET_START, records};
        }

        /** A map has no run without records. */
        private Runs filledRuns() {
            List<Long> filled = new ArrayList<>();
            for (int run = 0; run < runs.length; run += 3) {
                if (runs[run + 2] > 0) {
                    filled.addAll(List.of(runs[run], runs[run + 1], runs[run + 2]));
                }
            }
            return Runs.of(filled.stream().mapToLong(Long::longValue).toArray());
        }

        List<Difference> compare(SplittableRandom random, int mostAtOnce) {
            List<Difference> differences = new ArrayList<>();
            VerificationFindings findings = new VerificationFindings(progress -> {}, differences::add);
            long sourceEnd = SOURCE_START + source.size();
            long targetEnd = TARGET_START + target.size();
            Feed from = new Feed(SOURCE, false, SOURCE_START, SOURCE_START, sourceEnd, sourceEnd);
            Feed to = new Feed(TARGET, false, TARGET_START, TARGET_START, targetEnd, targetEnd);
            var comparison = new PartitionComparison(
                    new PartitionPair(SOURCE, Uuid.ZERO_UUID, "east.orders", Uuid.ZERO_UUID),
                    filledRuns(),
                    from,
                    to,
                    true,
                    findings);
            int sourceRead = 0;
            int targetRead = 0;
            while (!comparison.advance()) {
                sourceRead = feed(from, SOURCE_START, source, sourceRead, random.nextInt(mostAtOnce));
                targetRead = feed(to, TARGET_START, target, targetRead, random.nextInt(mostAtOnce));
            }
            comparison.close();
            return differences;
        }

        private static int feed(Feed feed, long start, List<Content> contents, int read, int records) {
            int next = read;
            while (next < contents.size() && next < read + records && feed.wantsMore()) {
                feed.offer(contents.get(next).at(feed.partition(), start + next));
                next++;
            }
            if (next == contents.size()) {
                feed.markEnded();
            }
            return next;
        }
    }

    /** No record is passed over: the mistake is planted at every one of them in turn. */
    @ParameterizedTest
    @EnumSource
    void shouldFindItAtEveryPlace(Mistake mistake) {
        SplittableRandom random = new SplittableRandom(1);
        int records = 250;
        for (int place = 0; place < records - 1; place++) {
            Stream stream = new Stream(records);
            mistake.plant(stream, place);

            assertThat(stream.compare(random, 40))
                    .as("%s at %s", mistake, place)
                    .isEqualTo(mistake.expected(stream, place));
        }
    }

    /** Streams longer than what a feed holds. */
    @ParameterizedTest
    @EnumSource
    void shouldFindItAnywhereInALongStream(Mistake mistake) {
        for (long seed = 1; seed <= 20; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Stream stream = new Stream(10_000);
            int place = random.nextInt(9_999);
            mistake.plant(stream, place);

            assertThat(stream.compare(random, 5_000))
                    .as("%s at %s, seed %s", mistake, place, seed)
                    .isEqualTo(mistake.expected(stream, place));
        }
    }
}
