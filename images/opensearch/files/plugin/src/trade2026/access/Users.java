package trade2026.access;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * Who may come in: a file with one `name:role:sha256` a line, read again when it changes. Passwords are 238 random
 * bits, so their plain SHA-256 is enough to keep.
 */
final class Users {
    private static final long LOOK_AGAIN_NANOS = 1_000_000_000L;

    private record User(Role role, byte[] hash) {}

    private record Loaded(Map<String, User> users, String content, long lookedAt) {}

    private final Path file;
    private volatile Loaded loaded;

    Users(Path file) {
        this.file = file;
        this.loaded = load();
    }

    /** The role of whoever presents this `Authorization` header; empty for a wrong or a missing one. */
    Optional<Role> authenticate(String header) {
        if (header == null || !header.regionMatches(true, 0, "Basic ", 0, 6)) {
            return Optional.empty();
        }
        String text;
        try {
            text = new String(Base64.getDecoder().decode(header.substring(6).trim()), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
        int colon = text.indexOf(':');
        if (colon < 0) {
            return Optional.empty();
        }
        User user = current().get(text.substring(0, colon));
        byte[] hash = sha256(text.substring(colon + 1));
        // Compared for an unknown name too, so that names cannot be told from the time it takes.
        boolean same = MessageDigest.isEqual(hash, user == null ? new byte[hash.length] : user.hash());
        return same && user != null ? Optional.of(user.role()) : Optional.empty();
    }

    private Map<String, User> current() {
        Loaded now = loaded;
        if (System.nanoTime() - now.lookedAt() > LOOK_AGAIN_NANOS) {
            now = look(now);
            loaded = now;
        }
        return now.users();
    }

    /**
     * Compared by content: a file that was copied in may carry the time of the one before. One that cannot be read for
     * a moment, because it is being written, leaves the users as they were.
     */
    private Loaded look(Loaded before) {
        try {
            String content = Files.readString(file);
            return content.equals(before.content()) ? new Loaded(before.users(), content, System.nanoTime()) : parse(content);
        } catch (IOException | IllegalArgumentException unreadable) {
            return new Loaded(before.users(), before.content(), System.nanoTime());
        }
    }

    private Loaded load() {
        try {
            return parse(Files.readString(file));
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot read the users' file " + file, failed);
        }
    }

    private Loaded parse(String content) {
        Map<String, User> users = new HashMap<>();
        for (String line : content.split("\n")) {
            if (line.isBlank()) {
                continue;
            }
            String[] fields = line.trim().split(":");
            if (fields.length != 3) {
                throw new IllegalArgumentException(file + ": a line is not name:role:sha256");
            }
            users.put(fields[0], new User(Role.parse(fields[1]), HexFormat.of().parseHex(fields[2])));
        }
        if (users.isEmpty()) {
            throw new IllegalArgumentException(file + " names no user");
        }
        return new Loaded(Map.copyOf(users), content, System.nanoTime());
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
