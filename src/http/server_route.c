/* Routes: which one serves a path and a method. */
#include "http/server_parts.h"

/* The pattern's segments in braces stand for any segment that is not empty. */
static bool pattern_fits(const char *pattern, struct span path)
{
    size_t at = 0;
    while (*pattern != '\0') {
        if (*pattern != '{') {
            if (at == path.size || path.data[at] != (uint8_t)*pattern)
                return false;
            at++;
            pattern++;
            continue;
        }
        size_t from = at;
        while (at < path.size && path.data[at] != '/')
            at++;
        if (at == from)
            return false;
        pattern += strcspn(pattern, "}");
        pattern += *pattern == '}' ? 1 : 0;
    }
    return at == path.size;
}

static bool route_fits(const struct http_route *route, struct span path)
{
    return route->is_prefix ? span_starts_with(path, route->path) : pattern_fits(route->path, path);
}

const struct http_route *route_find(const struct http_server *server, const char *method,
                                    struct span path, struct buffer *allow)
{
    for (size_t i = 0; i < server->route_count; i++) {
        const struct http_route *route = &server->routes[i];
        if (!route_fits(route, path))
            continue;
        if (strcmp(route->method, method) == 0)
            return route;
        buffer_format(allow, "%s%s", allow->size > 0 ? ", " : "", route->method);
    }
    return NULL;
}
