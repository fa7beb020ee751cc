package io.replicator.offsets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class OffsetMapTest {
    @Test
    void shouldMergeWhatIsContiguousOnBothSides() {
        OffsetMap map = new OffsetMap(100);

        map.append(100, 7, 3);
        map.append(103, 10, 2);
        map.append(105, 13, 1);
        map.append(107, 14, 1);

        assertThat(map.runs()).isEqualTo(3);
        assertThat(map.runSource(0)).isEqualTo(100);
        assertThat(map.runTarget(0)).isEqualTo(7);
        assertThat(map.runLength(0)).isEqualTo(5);
        assertThat(map.runSource(1)).isEqualTo(105);
        assertThat(map.runSource(2)).isEqualTo(107);
        assertThat(map.position()).isEqualTo(108);
        assertThat(map.targetEnd()).isEqualTo(15);
        assertThat(map.records()).isEqualTo(7);
    }

    @Test
    void shouldSayWhatIsNotCopied() {
        OffsetMap map = new OffsetMap(100);
        assertThat(map.targetEnd()).isEqualTo(-1);
        assertThat(translate(map, 99)).isInstanceOf(Translation.Unknown.class);
        assertThat(translate(map, 101)).isEqualTo(new Translation.NotYet(100, 1));

        map.append(102, 50, 10);
        map.advance(115);

        assertThat(translate(map, 99)).isEqualTo(new Translation.NotCopied(100, 50));
        assertThat(translate(map, 100)).isEqualTo(new Translation.Exact(50));
        assertThat(translate(map, 112)).isEqualTo(new Translation.Exact(60));
        assertThat(translate(map, 115)).isEqualTo(new Translation.Exact(60));
        assertThat(translate(map, 116)).isEqualTo(new Translation.NotYet(115, 1));
    }

    @Test
    void shouldRefuseToGoBack() {
        OffsetMap map = new OffsetMap(10);
        map.append(10, 20, 5);

        assertThatThrownBy(() -> map.advance(14)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> map.append(14, 25, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> map.append(15, 24, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> map.append(15, 25, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThat(map.position()).isEqualTo(15);
        assertThat(map.records()).isEqualTo(5);
    }

    @Test
    void shouldHandOutOnlyTheChunksThatChanged() {
        OffsetMap map = new OffsetMap(0);
        for (int run = 0; run < 130; run++) {
            map.append(2L * run, run, 1);
        }

        MapChanges first = map.takeChanges();
        map.append(260, 130, 1);
        MapChanges second = map.takeChanges();

        assertThat(first.chunks()).extracting(RunChunk::index).containsExactly(0, 1, 2);
        assertThat(first.closedRuns()).isEqualTo(129);
        assertThat(first.lastRun()).isEqualTo(Runs.of(258, 129, 1));
        assertThat(second.chunks()).extracting(RunChunk::index).containsExactly(2);
        assertThat(second.chunks().get(0).runs()).isEqualTo(Runs.of(256, 128, 1, 258, 129, 1));
        assertThat(map.hasChanges()).isFalse();
        map.advance(300);
        assertThat(map.hasChanges()).isTrue();
        assertThat(map.takeChanges().chunks()).isEmpty();
    }

    @Test
    void shouldHandOutEverythingAgainWhenASnapshotWasLost() {
        OffsetMap map = new OffsetMap(0);
        for (int run = 0; run < 130; run++) {
            map.append(2L * run, run, 1);
        }
        MapChanges lost = map.takeChanges();

        map.markAllUnsaved();

        assertThat(map.hasChanges()).isTrue();
        assertThat(map.takeChanges()).isEqualTo(lost);
        assertThat(map.hasChanges()).isFalse();
    }

    @Test
    void shouldGoBackToWhereTheSourceWasTruncated() {
        OffsetMap map = new OffsetMap(0, 3);
        map.append(0, 3, 10);
        map.append(12, 14, 5);
        map.append(20, 20, 4);
        map.takeChanges();

        long lost = map.cutAt(14);

        assertThat(lost).isEqualTo(7);
        assertThat(map.position()).isEqualTo(14);
        assertThat(map.records()).isEqualTo(12);
        assertThat(map.targetFloor()).isEqualTo(24);
        assertThat(map.hasChanges()).isTrue();
        assertThat(translate(map, 13)).isEqualTo(new Translation.Exact(15));
        assertThat(translate(map, 14)).isEqualTo(new Translation.Exact(24));
        assertThat(translate(map, 15)).isEqualTo(new Translation.NotYet(14, 1));
        assertThat(OffsetLogInMemory.saved(map).translator().toSource(20)).isEqualTo(new Translation.Exact(14));

        assertThatThrownBy(() -> map.append(14, 23, 1)).isInstanceOf(IllegalArgumentException.class);
        map.append(14, 25, 3);
        assertThat(translate(map, 14)).isEqualTo(new Translation.Exact(25));
        Translator translator = OffsetLogInMemory.saved(map).translator();
        assertThat(translator.toSource(25)).isEqualTo(new Translation.Exact(14));
        assertThat(translator.toSource(16)).isEqualTo(new Translation.Exact(14));
    }

    @Test
    void shouldGoBackBelowItsOwnStart() {
        OffsetMap map = new OffsetMap(10);
        map.append(10, 0, 5);

        assertThat(map.cutAt(4)).isEqualTo(5);

        assertThat(map.start()).isEqualTo(4);
        assertThat(map.runs()).isZero();
        assertThat(map.targetFloor()).isEqualTo(5);
        map.append(4, 5, 2);
        assertThat(translate(map, 4)).isEqualTo(new Translation.Exact(5));
    }

    @Test
    void shouldHandOutAgainWhatACutChanged() {
        OffsetMap map = new OffsetMap(0);
        for (int run = 0; run < 200; run++) {
            map.append(2L * run, run, 1);
        }
        map.takeChanges();

        map.cutAt(140);
        map.append(141, 300, 1);
        MapChanges changes = map.takeChanges();

        assertThat(changes.closedRuns()).isEqualTo(70);
        assertThat(changes.chunks()).extracting(RunChunk::index).containsExactly(1);
        assertThat(changes.chunks().get(0).runs().count()).isEqualTo(6);
    }

    private static Translation translate(OffsetMap map, long sourceOffset) {
        return OffsetLogInMemory.saved(map).translator().toTarget(sourceOffset);
    }
}
