package io.replicator.flow;

/**
 * Where the control plane leaves work that may wait for a cluster. Calls of one queue are made one after the other, in the
 * order in which they were asked for; their answers come back in that order. Control thread.
 */
interface CallQueue {
    /**
     * Asks for work; returns at once.
     *
     * @param what names it, for a person who wonders what a thread waits for
     * @param call made on the queue's thread
     * @param answer given the outcome on the control thread, in one of its later turns
     */
    <T> void ask(String what, Call<T> call, Answer<T> answer);
}
