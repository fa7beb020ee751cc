package io.replicator.daemon.cli;

import io.replicator.daemon.mirrormaker.MirrorMakerImport;
import io.replicator.daemon.mirrormaker.UnusableFileException;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code replicator import-mirrormaker}. */
@Command(
        name = "import-mirrormaker",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        description = {
            "Translates the configuration of MirrorMaker 2. The flow does the same and continues where MirrorMaker 2 stops.",
            "Comments list every property: taken, not needed, or not supported. Connects to no cluster."
        },
        exitCodeListHeading = ReplicatorCommand.EXIT_CODES,
        exitCodeList = {" 0:success", "64:wrong usage", "78:the file cannot be read, or no flow is enabled in it"},
        footerHeading = ReplicatorCommand.EXAMPLES,
        footer = {
            "  replicator import-mirrormaker mm2.properties -o replicator.conf",
            "  replicator import-mirrormaker mm2.properties --flow 'east->west'",
            "",
            "The output contains the secrets of mm2.properties. Only the owner can read a",
            "file that -o writes."
        })
final class ImportMirrorMakerCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "FILE",
            description = "The properties file of MirrorMaker 2, as for connect-mirror-maker.sh.")
    private Path file;

    @Option(
            names = "--flow",
            paramLabel = "A->B",
            description = "Translates only this flow. Default: all that are enabled.")
    private String flow;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "The file to write; it must not exist. Default: stdout.")
    private Path output;

    @Override
    public Integer call() throws CommandException {
        String hocon = read().hocon();
        if (output == null) {
            spec.commandLine().getOut().print(hocon);
            spec.commandLine().getOut().flush();
        } else {
            write(hocon);
        }
        return ExitCode.OK;
    }

    private MirrorMakerImport read() throws CommandException {
        try (Reader reader = new StringReader(text(Files.readAllBytes(file)))) {
            return MirrorMakerImport.read(reader, String.valueOf(file.getFileName()), Optional.ofNullable(flow));
        } catch (UnusableFileException unusable) {
            throw new CommandException(ExitCode.CONFIGURATION, unusable.getMessage());
        } catch (IOException failure) {
            throw new CommandException(
                    ExitCode.CONFIGURATION,
                    file + " cannot be read (" + failure.getClass().getSimpleName() + ")");
        }
    }

    /** Java defines properties files as Latin-1, but most are UTF-8. */
    private static String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException latin) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }

    private void write(String hocon) throws CommandException {
        try (var channel = Files.newByteChannel(
                output, EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), onlyOwner())) {
            channel.write(StandardCharsets.UTF_8.encode(hocon));
        } catch (FileAlreadyExistsException exists) {
            throw new CommandException(
                    ExitCode.CONFIGURATION, output + " exists already; remove it, or choose another file");
        } catch (IOException failure) {
            throw new CommandException(
                    ExitCode.CONFIGURATION,
                    output + " cannot be written (" + failure.getClass().getSimpleName() + ")");
        }
    }

    private static FileAttribute<?>[] onlyOwner() {
        Set<String> views = FileSystems.getDefault().supportedFileAttributeViews();
        return views.contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
