package io.replicator.daemon.export;

import io.replicator.flow.FlowStatus;
import io.replicator.flow.LaneStatus;
import io.replicator.flow.PartitionStatus;
import io.replicator.partition.PartitionState;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.AttributeNotFoundException;
import javax.management.DynamicMBean;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;

/** The metrics of one flow for JMX, as {@code io.replicator:type=Flow,name="..."}. Read only; each read takes a snapshot. */
final class FlowMBean implements DynamicMBean {
    private static final Map<String, Function<FlowStatus, Object>> ATTRIBUTES = attributes();

    private final String flow;
    private final Supplier<List<FlowStatus>> flows;

    FlowMBean(String flow, Supplier<List<FlowStatus>> flows) {
        this.flow = flow;
        this.flows = flows;
    }

    static ObjectName name(String flow) {
        try {
            return new ObjectName("io.replicator:type=Flow,name=" + ObjectName.quote(flow));
        } catch (MalformedObjectNameException e) {
            throw new IllegalArgumentException(flow, e);
        }
    }

    private static Map<String, Function<FlowStatus, Object>> attributes() {
        Map<String, Function<FlowStatus, Object>> all = new TreeMap<>();
        all.put("State", flow -> flow.state().name());
        all.put("Reason", FlowStatus::reason);
        all.put("CaughtUp", FlowStatus::isCaughtUp);
        all.put("LagRecords", FlowStatus::lagRecords);
        all.put("EtaSeconds", FlowStatus::etaSeconds);
        all.put("RecordsPerSecond", FlowStatus::recordsPerSecond);
        all.put("BytesPerSecond", FlowStatus::bytesPerSecond);
        all.put("LagMillis", flow -> flow.partitions().stream()
                .mapToLong(PartitionStatus::lagMillis)
                .max()
                .orElse(0));
        all.put("Records", flow -> flow.partitions().stream()
                .mapToLong(PartitionStatus::records)
                .sum());
        all.put("Bytes", flow -> flow.partitions().stream()
                .mapToLong(PartitionStatus::bytes)
                .sum());
        all.put("PassedBatches", flow -> sum(flow, LaneStatus::passedBatches));
        all.put("CoalescedBatches", flow -> sum(flow, LaneStatus::coalescedBatches));
        all.put("RebuiltBatches", flow -> sum(flow, LaneStatus::rebuiltBatches));
        all.put("RecoveredRecords", flow -> sum(flow, LaneStatus::recoveredRecords));
        all.put("RecoveredAmbiguous", flow -> sum(flow, LaneStatus::recoveredAmbiguous));
        all.put("RingOccupied", flow -> sum(flow, LaneStatus::ringOccupied));
        all.put("RingSlots", flow -> sum(flow, LaneStatus::ringSlots));
        all.put("MemoryUsedBytes", flow -> sum(flow, LaneStatus::memoryUsedBytes));
        all.put("MemoryLimitBytes", flow -> sum(flow, LaneStatus::memoryLimitBytes));
        all.put("InflightRequests", flow -> sum(flow, LaneStatus::inflightRequests));
        all.put(
                "Errors",
                flow -> sum(flow, lane -> lane.errors().values().stream()
                        .mapToLong(Long::longValue)
                        .sum()));
        all.put(
                "ThrottleNanos",
                flow -> sum(flow, lane -> lane.throttleNanos().values().stream()
                        .mapToLong(Long::longValue)
                        .sum()));
        for (PartitionState state : PartitionState.values()) {
            String name = state.name().charAt(0) + state.name().substring(1).toLowerCase(Locale.ROOT);
            all.put("Partitions" + name, flow -> flow.partitions().stream()
                    .filter(partition -> partition.state() == state)
                    .count());
        }
        return Map.copyOf(all);
    }

    private static long sum(FlowStatus flow, ToLongFunction<LaneStatus> value) {
        return flow.lanes().stream().mapToLong(value).sum();
    }

    private Optional<FlowStatus> snapshot() {
        return flows.get().stream().filter(status -> status.name().equals(flow)).findFirst();
    }

    @Override
    public Object getAttribute(String attribute) throws AttributeNotFoundException {
        Function<FlowStatus, Object> value = ATTRIBUTES.get(attribute);
        if (value == null) {
            throw new AttributeNotFoundException(attribute);
        }
        return snapshot().map(value).orElse(null);
    }

    @Override
    public AttributeList getAttributes(String[] names) {
        AttributeList values = new AttributeList();
        snapshot().ifPresent(status -> {
            for (String name : names) {
                if (ATTRIBUTES.containsKey(name)) {
                    values.add(new Attribute(name, ATTRIBUTES.get(name).apply(status)));
                }
            }
        });
        return values;
    }

    @Override
    public void setAttribute(Attribute attribute) throws AttributeNotFoundException {
        throw new AttributeNotFoundException(attribute.getName() + " is read only");
    }

    @Override
    public AttributeList setAttributes(AttributeList attributes) {
        return new AttributeList();
    }

    @Override
    public Object invoke(String action, Object[] parameters, String[] signature) {
        throw new UnsupportedOperationException("a flow has no operations");
    }

    @Override
    public MBeanInfo getMBeanInfo() {
        MBeanAttributeInfo[] attributes = ATTRIBUTES.keySet().stream()
                .sorted()
                .map(name -> new MBeanAttributeInfo(name, type(name), name, true, false, false))
                .toArray(MBeanAttributeInfo[]::new);
        return new MBeanInfo(FlowMBean.class.getName(), "A flow of Replicator", attributes, null, null, null);
    }

    private static String type(String name) {
        return switch (name) {
            case "State", "Reason" -> String.class.getName();
            case "CaughtUp" -> boolean.class.getName();
            case "RecordsPerSecond", "BytesPerSecond" -> double.class.getName();
            default -> long.class.getName();
        };
    }
}
