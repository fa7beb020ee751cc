/**
 * Stage 3 of a lane: writes source batches to the target, in order and each once.
 *
 * <p>In: the places of source batches, out of the {@link io.replicator.ring.BatchRing}; commands of the control plane, through
 * {@link io.replicator.produce.BatchProducer#commands}. Out: produce requests to the target's brokers; acknowledged records
 * into each partition's {@link io.replicator.offsets.OffsetMap}; restarts to the fetcher, through its mailbox; the state of a
 * partition, published in {@link io.replicator.partition.Partition}. Thread: the lane's producer, for everything but the
 * mailbox.
 *
 * <p>Classes call only down, in this order:
 *
 * <pre>
 *   BatchProducer                                 the agent: takes commands and slots, gives each part its turn
 *   ShardWriters, ShardWriter, FencedWriter,
 *   AnonymousWriter                               one shard's right to write
 *   PartitionRecoveries, RequestSender,
 *   ShardTransaction, Shedding                    recover; send; commit; give memory back
 *   ProduceOutcomes, DeliveredBatches             what an answer means
 *   WindowSchedule, RetryQueue, BrokerQueue       when a window gets its turn
 *   PartitionWindow, WindowPhase                  one partition
 *   Shaper, InflightBatches, UncommittedBatches   what is sent, and in which order
 *   HeldBatch, PendingBatch, Pacing               one batch; pauses
 * </pre>
 *
 * <p>The README.md beside this file explains the rules.
 */
package io.replicator.produce;
