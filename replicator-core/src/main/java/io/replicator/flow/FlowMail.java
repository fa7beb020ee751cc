package io.replicator.flow;

import io.replicator.agent.Doorbell;
import io.replicator.agent.Mailbox;

/**
 * Where other threads leave what is for the control thread.
 *
 * @param parking where it waits
 * @param doorbell wakes it
 * @param commands of whoever runs the flow
 * @param answers of calls
 * @param shards what lanes say of them
 * @param ownership what the group coordinator says of them
 */
record FlowMail(
        Parking parking,
        Doorbell doorbell,
        Mailbox<FlowCommand> commands,
        Mailbox<TimedMail> answers,
        ShardMail shards,
        OwnershipMail ownership) {
    FlowMail() {
        this(new Parking());
    }

    private FlowMail(Parking parking) {
        this(parking, new Doorbell(parking::unpark));
    }

    private FlowMail(Parking parking, Doorbell doorbell) {
        this(
                parking,
                doorbell,
                new Mailbox<>(doorbell),
                new Mailbox<>(doorbell),
                new ShardMail(doorbell),
                new OwnershipMail(doorbell));
    }
}
