package trade2026.access;

import java.util.Locale;
import java.util.Set;

/** What a user may ask for. Decided from method and path alone, so that it can be tested without a server. */
enum Role {
    /** Numbers about the node and the cluster. */
    MONITOR,
    /** Search and read documents. */
    READ,
    /** READ, and write documents. */
    WRITE,
    /** Everything. */
    ADMIN;

    private static final Set<String> MONITORING = Set.of("_cluster", "_nodes", "_cat", "_stats");
    private static final Set<String> READING =
        Set.of("_search", "_msearch", "_count", "_doc", "_source", "_mget", "_field_caps", "_mapping", "_explain");
    /** Read by POST too: the request stands in the body. */
    private static final Set<String> READING_BY_POST =
        Set.of("_search", "_msearch", "_count", "_mget", "_field_caps", "_explain");
    /** They name what they close in the body; "/_all" would close everybody's. */
    private static final Set<String> CLOSING = Set.of("/_search/scroll", "/_search/point_in_time");
    private static final Set<String> WRITING = Set.of("_doc", "_create", "_update", "_bulk");

    static Role parse(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }

    /**
     * @param method HTTP method in capitals
     * @param path request path as it came, not decoded, without the query: the server finds its handler by that, and
     *             an index list such as "orders,x%2F_search" would look like a search once decoded
     */
    boolean allows(String method, String path) {
        if (this == ADMIN) {
            return true;
        }
        boolean get = method.equals("GET") || method.equals("HEAD");
        String api = api(path);
        if (api.isEmpty()) {
            return get && (this != MONITOR || path.equals("/"));
        }
        if (this == MONITOR) {
            return get && MONITORING.contains(api);
        }
        if (get ? READING.contains(api) : isReadByBody(method, api, path)) {
            return true;
        }
        return this == WRITE && WRITING.contains(api) && Set.of("POST", "PUT", "DELETE").contains(method);
    }

    /** Closing a scroll or a point in time is part of reading; deleting a search pipeline is not. */
    private static boolean isReadByBody(String method, String api, String path) {
        return method.equals("POST") && READING_BY_POST.contains(api) || method.equals("DELETE") && CLOSING.contains(path);
    }

    /**
     * The first segment with a leading underscore. Names of indices have none, so a document whose id looks like an
     * API ("/orders/_doc/_search") is still a document.
     */
    private static String api(String path) {
        for (String segment : path.split("/")) {
            if (segment.startsWith("_")) {
                return segment;
            }
        }
        return "";
    }
}
