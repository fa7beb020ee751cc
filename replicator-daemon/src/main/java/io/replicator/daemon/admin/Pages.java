package io.replicator.daemon.admin;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the page for a request's path and sends its reply; errors are sent as JSON too. All paths are exact, so a map finds
 * the page: Jetty's PathMappingsHandler would need a handler for each page, and an error handler to send JSON.
 */
final class Pages extends Handler.Abstract {
    private static final Logger LOG = LoggerFactory.getLogger(Pages.class);

    private final SortedMap<String, Page> pages;

    /**
     * @param pages by path
     */
    Pages(Map<String, Page> pages) {
        this.pages = new TreeMap<>(pages);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        Reply reply = reply(request, response);
        byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
        response.setStatus(reply.status());
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, reply.contentType());
        response.getHeaders().put(new HttpField(HttpHeader.CACHE_CONTROL, "no-store"));
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
        boolean isHead = HttpMethod.HEAD.is(request.getMethod());
        response.write(true, isHead ? null : ByteBuffer.wrap(body), callback);
        return true;
    }

    private Reply reply(Request request, Response response) {
        String path = Request.getPathInContext(request);
        Page page = pages.get(path);
        if (page == null) {
            return Reply.error(404, "page not found; the pages are " + String.join(", ", pages.keySet()));
        }
        if (!HttpMethod.GET.is(request.getMethod()) && !HttpMethod.HEAD.is(request.getMethod())) {
            response.getHeaders().put(HttpHeader.ALLOW, "GET, HEAD");
            return Reply.error(405, "method " + request.getMethod() + " is not allowed; use GET");
        }
        try {
            return page.reply(pageRequest(request));
        } catch (HttpException.RuntimeException malformed) {
            return Reply.error(400, "the query cannot be read: " + malformed.getReason());
        } catch (RuntimeException e) {
            LOG.error("A page of the admin server failed. path={}", path, e);
            return Reply.error(500, "internal error; see the log");
        }
    }

    private static PageRequest pageRequest(Request request) {
        Map<String, String> parameters = new HashMap<>();
        for (Fields.Field field : Request.extractQueryParameters(request, StandardCharsets.UTF_8)) {
            parameters.put(field.getName(), field.getValue());
        }
        String accept = request.getHeaders().get(HttpHeader.ACCEPT);
        return new PageRequest(accept == null ? "" : accept, parameters);
    }
}
