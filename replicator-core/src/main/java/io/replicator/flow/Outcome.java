package io.replicator.flow;

import java.util.Optional;

/**
 * What became of a {@link Call}: a value, or the failure that it threw. Immutable.
 *
 * @param <T> the kind of value
 */
final class Outcome<T> {
    private final T value;
    private final Optional<Throwable> failure;

    private Outcome(T value, Optional<Throwable> failure) {
        this.value = value;
        this.failure = failure;
    }

    static <T> Outcome<T> of(T value) {
        return new Outcome<>(value, Optional.empty());
    }

    static <T> Outcome<T> failed(Throwable failure) {
        return new Outcome<>(null, Optional.of(failure));
    }

    /** Makes a call on this thread. */
    static <T> Outcome<T> ofCall(Call<T> call, long nowNanos) {
        try {
            return of(call.make(nowNanos));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return failed(new BrokenOffException("interrupted"));
        } catch (RuntimeException | Error failure) {
            // The control thread decides what it means.
            return failed(failure);
        }
    }

    boolean hasFailed() {
        return failure.isPresent();
    }

    /** The same failure, of a call that would have found something else. */
    <U> Outcome<U> asFailure() {
        return failed(failure.orElseThrow());
    }

    /**
     * The value.
     *
     * @throws RuntimeException what the call threw, such as UnavailableException
     */
    T orThrow() {
        if (failure.isPresent()) {
            if (failure.get() instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) failure.get();
        }
        return value;
    }
}
