package io.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShardTermsTest {
    private final ShardTerms terms = new ShardTerms(2);

    @Test
    void shouldNeverTakeATermForAnEarlierOne() {
        assertThat(terms.has(1)).isFalse();
        assertThat(terms.isCurrent(1, terms.of(1))).isFalse();

        terms.begin(1);
        long first = terms.of(1);
        assertThat(terms.isCurrent(1, first)).isTrue();
        assertThat(terms.has(0)).isFalse();

        terms.end(1);
        assertThat(terms.isCurrent(1, first)).isFalse();

        terms.begin(0);
        terms.begin(1);
        assertThat(terms.isCurrent(1, first)).isFalse();
        assertThat(terms.of(1)).isNotEqualTo(terms.of(0));
    }
}
