package io.replicator.cluster;

import org.apache.kafka.common.config.TopicConfig;

/** Kafka's names of the topic settings that this process reads or sets. */
public final class SettingKeys {
    public static final String CLEANUP_POLICY = TopicConfig.CLEANUP_POLICY_CONFIG;
    public static final String COMPACT = TopicConfig.CLEANUP_POLICY_COMPACT;
    public static final String DELETE = TopicConfig.CLEANUP_POLICY_DELETE;
    public static final String COMPRESSION_TYPE = TopicConfig.COMPRESSION_TYPE_CONFIG;
    public static final String LOCAL_RETENTION_BYTES = TopicConfig.LOCAL_LOG_RETENTION_BYTES_CONFIG;
    public static final String LOCAL_RETENTION_MS = TopicConfig.LOCAL_LOG_RETENTION_MS_CONFIG;
    public static final String MAX_MESSAGE_BYTES = TopicConfig.MAX_MESSAGE_BYTES_CONFIG;
    public static final String MIN_CLEANABLE_DIRTY_RATIO = TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG;
    public static final String MIN_IN_SYNC_REPLICAS = TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG;
    public static final String RETENTION_BYTES = TopicConfig.RETENTION_BYTES_CONFIG;
    public static final String RETENTION_MS = TopicConfig.RETENTION_MS_CONFIG;
    public static final String SEGMENT_BYTES = TopicConfig.SEGMENT_BYTES_CONFIG;
    public static final String TIMESTAMP_AFTER_MAX_MS = TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG;
    public static final String TIMESTAMP_BEFORE_MAX_MS = TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG;
    public static final String TIMESTAMP_TYPE = TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG;

    private SettingKeys() {}
}
