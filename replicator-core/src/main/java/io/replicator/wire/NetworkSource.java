package io.replicator.wire;

/** A source over this package's own connections: a {@link ClusterView}, and a {@link FetchSession} with each broker. */
final class NetworkSource implements SourceLink {
    private final ClusterView view;

    NetworkSource(ClusterView view) {
        this.view = view;
    }

    @Override
    public String clusterName() {
        return view.connection().clusterName();
    }

    @Override
    public SourceSession session(int nodeId, FetchLimits limits, FetchListener listener) {
        return new FetchSession(view, nodeId, limits, listener);
    }

    @Override
    public int exchange(long timeoutMillis, long nowNanos) {
        return view.connection().poll(timeoutMillis, nowNanos);
    }

    @Override
    public void wakeup() {
        view.connection().wakeup();
    }

    @Override
    public SourceTopic topic(String name) {
        return view.topic(name);
    }

    @Override
    public int askForMetadata(long nowNanos) {
        return view.poll(nowNanos);
    }

    @Override
    public void refresh() {
        view.refresh();
    }

    @Override
    public boolean isKnown() {
        return view.isKnown();
    }

    @Override
    public int version() {
        return view.version();
    }

    @Override
    public boolean hasFailed(int nodeId) {
        return view.hasFailed(nodeId);
    }

    @Override
    public String whyUnreachable() {
        return refusalOr("no bootstrap server answers");
    }

    @Override
    public String whyUnreachable(int nodeId) {
        return refusalOr(view.unreachable(nodeId));
    }

    /** A broker that refused the login is the likelier reason than one that is away. */
    private String refusalOr(String why) {
        String refusal = view.connection().lastAuthenticationError();
        return refusal.isEmpty() ? why : refusal;
    }

    @Override
    public void close() {
        view.close();
    }
}
