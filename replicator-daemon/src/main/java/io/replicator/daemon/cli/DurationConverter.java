package io.replicator.daemon.cli;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigValueFactory;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Durations on the command line, written as in the configuration. */
final class DurationConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
        try {
            return ConfigValueFactory.fromAnyRef(text).atKey("value").getDuration("value");
        } catch (ConfigException e) {
            throw new TypeConversionException("'" + text + "' is not a duration such as 90s or 10m");
        }
    }
}
