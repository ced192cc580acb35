package trade2026.access;

import java.util.List;
import org.opensearch.action.admin.cluster.health.ClusterHealthRequest;
import org.opensearch.action.admin.cluster.health.ClusterHealthResponse;
import org.opensearch.cluster.health.ClusterHealthStatus;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.BytesRestResponse;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.RestResponse;
import org.opensearch.rest.action.RestResponseListener;
import org.opensearch.transport.client.node.NodeClient;

/** A status word without a login, for the container's health check. */
final class HealthHandler extends BaseRestHandler {
    @Override
    public String getName() {
        return "trade2026_health";
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route(RestRequest.Method.GET, "/_trade2026/health"));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        ClusterHealthRequest health = new ClusterHealthRequest();
        health.local(true);
        health.timeout(TimeValue.timeValueSeconds(2));
        return channel ->
            client
                .admin()
                .cluster()
                .health(
                    health,
                    new RestResponseListener<ClusterHealthResponse>(channel) {
                        @Override
                        public RestResponse buildResponse(ClusterHealthResponse response) {
                            boolean works = response.getStatus() != ClusterHealthStatus.RED;
                            return new BytesRestResponse(
                                works ? RestStatus.OK : RestStatus.SERVICE_UNAVAILABLE,
                                "application/json",
                                "{\"status\":\"" + (works ? "ok" : "unavailable") + "\"}"
                            );
                        }
                    }
                );
    }
}
