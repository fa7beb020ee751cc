package io.replicator.daemon.export;

import io.replicator.flow.FlowStatus;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Registers each flow with the JVM's own MBean server, and unregisters it on close. */
public final class FlowMBeans implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FlowMBeans.class);

    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    private final List<ObjectName> registered = new ArrayList<>();

    /**
     * Registers flows. A failure is only logged, because copying does not depend on it.
     *
     * @param names the flows of the configuration
     * @param flows a snapshot of the engine
     */
    public FlowMBeans(List<String> names, Supplier<List<FlowStatus>> flows) {
        for (String name : names) {
            try {
                registered.add(server.registerMBean(new FlowMBean(name, flows), FlowMBean.name(name))
                        .getObjectName());
            } catch (JMException e) {
                LOG.warn("The flow could not be registered in JMX. flow={}", name, e);
            }
        }
    }

    @Override
    public void close() {
        for (ObjectName name : registered) {
            try {
                server.unregisterMBean(name);
            } catch (JMException e) {
                LOG.debug("The flow was not registered in JMX any more. name={}", name, e);
            }
        }
    }
}
