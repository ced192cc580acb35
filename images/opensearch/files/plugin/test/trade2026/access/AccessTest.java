package trade2026.access;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Base64;
import java.util.Optional;

/** Runs while the image is built; a failing check fails the build. */
public final class AccessTest {
    private static int checks;

    public static void main(String[] args) throws Exception {
        roles();
        users();
        System.out.println(checks + " checks passed");
    }

    private static void roles() {
        check(Role.READ.allows("GET", "/"), "read: the root");
        check(Role.READ.allows("GET", "/orders/_search"), "read: GET search");
        check(Role.READ.allows("POST", "/orders/_search"), "read: POST search");
        check(Role.READ.allows("POST", "/_msearch"), "read: multi-search");
        check(Role.READ.allows("GET", "/orders/_doc/1"), "read: a document");
        check(Role.READ.allows("DELETE", "/_search/scroll"), "read: end of a scroll");
        check(!Role.READ.allows("POST", "/orders/_doc"), "read: no document");
        check(!Role.READ.allows("POST", "/orders/_doc/_search"), "read: no document named like an API");
        check(!Role.READ.allows("DELETE", "/orders"), "read: no index goes");
        check(!Role.READ.allows("PUT", "/orders"), "read: no index comes");
        check(!Role.READ.allows("GET", "/_cluster/settings"), "read: no settings");
        check(!Role.READ.allows("POST", "/_bulk"), "read: no bulk");
        check(Role.READ.allows("DELETE", "/_search/point_in_time"), "read: end of a point in time");
        check(!Role.READ.allows("DELETE", "/_search/point_in_time/_all"), "read: not everybody's points in time");
        check(!Role.READ.allows("DELETE", "/_search/pipeline/p"), "read: no pipeline goes");
        check(!Role.READ.allows("DELETE", "/orders,x%2F_search"), "read: no index behind an encoded slash");
        check(!Role.READ.allows("POST", "/orders,x%2F_search/_close"), "read: no act behind an encoded slash");
        check(!Role.READ.allows("POST", "/_search,orders/_close"), "read: no list of names that starts like an API");
        check(Role.WRITE.allows("POST", "/orders/_doc"), "write: a document");
        check(Role.WRITE.allows("POST", "/_bulk"), "write: bulk");
        check(Role.WRITE.allows("DELETE", "/orders/_doc/1"), "write: a document goes");
        check(!Role.WRITE.allows("DELETE", "/orders"), "write: no index goes");
        check(!Role.WRITE.allows("PUT", "/_cluster/settings"), "write: no settings");
        check(!Role.WRITE.allows("POST", "/_reindex"), "write: no reindex");
        check(!Role.WRITE.allows("DELETE", "/orders,x%2F_doc"), "write: no index behind an encoded slash");
        check(!Role.WRITE.allows("PUT", "/orders,x%2F_doc/_settings"), "write: no settings behind an encoded slash");
        check(Role.MONITOR.allows("GET", "/_cluster/health"), "monitor: health");
        check(Role.MONITOR.allows("GET", "/_nodes/stats"), "monitor: statistics");
        check(!Role.MONITOR.allows("GET", "/orders/_search"), "monitor: no search");
        check(!Role.MONITOR.allows("POST", "/_nodes/reload_secure_settings"), "monitor: no act");
        check(Role.ADMIN.allows("DELETE", "/orders"), "admin: everything");
    }

    private static void users() throws Exception {
        Path file = Files.createTempFile("users", "");
        // SHA-256 of "abc", FIPS 180-2, appendix B.1
        String hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        Files.writeString(file, "operator:admin:" + hash + "\nreader:read:" + hash + "\n");
        Users users = new Users(file);
        check(users.authenticate(basic("operator:abc")).equals(Optional.of(Role.ADMIN)), "right password");
        check(users.authenticate(basic("reader:abc")).equals(Optional.of(Role.READ)), "right role");
        check(users.authenticate(basic("operator:abd")).isEmpty(), "wrong password");
        check(users.authenticate(basic("operator:")).isEmpty(), "empty password");
        check(users.authenticate(basic("nobody:abc")).isEmpty(), "unknown name");
        check(users.authenticate(null).isEmpty(), "no header");
        check(users.authenticate("Basic ???").isEmpty(), "not base64");
        check(users.authenticate("Bearer abc").isEmpty(), "another scheme");
        FileTime written = Files.getLastModifiedTime(file);
        Files.writeString(file, "reader:read:" + hash + "\n");
        Files.setLastModifiedTime(file, written);
        Thread.sleep(1200);
        check(users.authenticate(basic("operator:abc")).isEmpty(), "a removed user is out without a restart");
        Files.writeString(file, "");
        Thread.sleep(1200);
        check(users.authenticate(basic("reader:abc")).equals(Optional.of(Role.READ)), "a file that is half written");
        Files.delete(file);
        Thread.sleep(1200);
        check(users.authenticate(basic("reader:abc")).equals(Optional.of(Role.READ)), "a file that is gone for a moment");
    }

    private static String basic(String login) {
        return "Basic " + Base64.getEncoder().encodeToString(login.getBytes());
    }

    private static void check(boolean right, String what) {
        checks++;
        if (!right) {
            throw new AssertionError("failed: " + what);
        }
    }
}
