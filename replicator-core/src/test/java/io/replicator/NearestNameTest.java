package io.replicator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestNameTest {
    private static final List<String> NAMES = List.of("orders", "orders-dlq", "payments", "x");

    @Test
    void shouldFindWhatWasMeant() {
        assertThat(NearestName.to("ordres", NAMES)).contains("orders");
        assertThat(NearestName.to("payment.", NAMES)).contains("payments");
        assertThat(NearestName.hint("Orders", NAMES)).isEqualTo("; did you mean orders?");
    }

    @Test
    void shouldSayNothingWhereNothingIsNear() {
        assertThat(NearestName.to("nothing-like-it", NAMES)).isEmpty();
        assertThat(NearestName.hint("nothing-like-it", NAMES)).isEmpty();
    }
}
