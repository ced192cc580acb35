package trade2026.access;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.node.DiscoveryNodes;
import org.opensearch.common.settings.ClusterSettings;
import org.opensearch.common.settings.IndexScopedSettings;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.settings.SettingsFilter;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.plugins.ActionPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.rest.BytesRestResponse;
import org.opensearch.rest.RestChannel;
import org.opensearch.rest.RestController;
import org.opensearch.rest.RestHandler;
import org.opensearch.rest.RestRequest;
import org.opensearch.transport.client.node.NodeClient;

/** Asks for HTTP Basic on every REST request but the health word, and holds each user to its role. */
public final class AccessPlugin extends Plugin implements ActionPlugin {
    private static final Setting<String> USERS = Setting.simpleString("trade2026.access.users", Setting.Property.NodeScope);

    private final Users users;

    public AccessPlugin(Settings settings) {
        String file = USERS.get(settings);
        if (file.isEmpty()) {
            throw new IllegalArgumentException("trade2026.access.users is not set: name the file with name:role:sha256 lines");
        }
        users = new Users(Path.of(file));
    }

    @Override
    public List<Setting<?>> getSettings() {
        return List.of(USERS);
    }

    @Override
    public List<RestHandler> getRestHandlers(
        Settings settings,
        RestController controller,
        ClusterSettings clusterSettings,
        IndexScopedSettings indexScopedSettings,
        SettingsFilter settingsFilter,
        IndexNameExpressionResolver resolver,
        Supplier<DiscoveryNodes> nodes
    ) {
        return List.of(new HealthHandler());
    }

    @Override
    public UnaryOperator<RestHandler> getRestHandlerWrapper(ThreadContext threadContext) {
        return handler -> handler instanceof HealthHandler ? handler : new Guarded(handler);
    }

    private final class Guarded extends RestHandler.Wrapper {
        private final RestHandler guarded;

        Guarded(RestHandler guarded) {
            super(guarded);
            this.guarded = guarded;
        }

        @Override
        public void handleRequest(RestRequest request, RestChannel channel, NodeClient client) throws Exception {
            Optional<Role> role = users.authenticate(request.header("Authorization"));
            if (role.isEmpty()) {
                BytesRestResponse refusal = refusal(RestStatus.UNAUTHORIZED, "a valid login is needed");
                refusal.addHeader("WWW-Authenticate", "Basic realm=\"OpenSearch\", charset=\"UTF-8\"");
                channel.sendResponse(refusal);
            } else if (role.get().allows(request.method().name(), request.rawPath())) {
                guarded.handleRequest(request, channel, client);
            } else {
                channel.sendResponse(refusal(RestStatus.FORBIDDEN, "the role " + role.get() + " does not allow this"));
            }
        }
    }

    private static BytesRestResponse refusal(RestStatus status, String reason) {
        return new BytesRestResponse(
            status,
            "application/json",
            "{\"error\":{\"type\":\"security_exception\",\"reason\":\"" + reason + "\"},\"status\":" + status.getStatus() + "}"
        );
    }
}
