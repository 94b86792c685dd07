/* Pace: see pace.h. */
#include "http/pace.h"

#include "base/limits.h"

/* The shares of all partners that a node may have, and the strangers, fit together. A partner's client keeps 8 connections;
 * what a cut line left of them stands here for a while. A post fits its share of bodies, and the answers in pulls. */
static struct http_server_limits share_limits(struct http_server_limits limits)
{
    if (limits.peer_connection_count == 0)
        limits.peer_connection_count = 24;
    if (limits.connection_count == 0)
        limits.connection_count = 512;
    if (limits.peer_rate.per_s == 0)
        limits.peer_rate = (struct http_rate){400, 1600};
    if (limits.peer_body_size == 0)
        limits.peer_body_size = (size_t)64 * 1024 * 1024;
    if (limits.body_total_size == 0)
        limits.body_total_size = PARTNER_COUNT_MAX * limits.peer_body_size;
    return limits;
}

/* An officer has a stream open all day: half of the connections are left for everything else. */
static struct http_server_limits desk_limits(struct http_server_limits limits)
{
    if (limits.connection_count == 0)
        limits.connection_count = 512;
    if (limits.stream_count == 0)
        limits.stream_count = 256;
    if (limits.request_rate.per_s == 0)
        limits.request_rate = (struct http_rate){100, 400};
    return limits;
}

struct http_server_limits pace_limits(struct http_server_limits limits, bool is_desk)
{
    limits = is_desk ? desk_limits(limits) : share_limits(limits);
    if (limits.stranger_count == 0)
        limits.stranger_count = 64;
    if (limits.address_count == 0)
        limits.address_count = 64;
    if (limits.accept_rate.per_s == 0)
        limits.accept_rate = (struct http_rate){50, 400};
    if (limits.body_total_size == 0)
        limits.body_total_size = (size_t)192 * 1024 * 1024;
    if (limits.head_ms == 0)
        limits.head_ms = 10 * 1000;
    if (limits.idle_ms == 0)
        limits.idle_ms = 120 * 1000;
    if (limits.body_ms == 0)
        limits.body_ms = 15 * 60 * 1000;
    if (limits.grace_ms == 0)
        limits.grace_ms = 10 * 1000;
    if (limits.body_rate_bytes_per_s == 0)
        limits.body_rate_bytes_per_s = 16 * 1024;
    if (limits.answer_ms == 0)
        limits.answer_ms = 60 * 1000;
    if (limits.stream_count == 0)
        limits.stream_count = 64;
    if (limits.transfer_count == 0)
        limits.transfer_count = 32;
    if (limits.stall_ms == 0)
        limits.stall_ms = 15 * 1000;
    return limits;
}

/* Time that `size` bytes may take at the slowest rate. */
static int64_t size_ms(uint64_t size, const struct http_server_limits *limits)
{
    return limits->grace_ms + (int64_t)(size / (uint64_t)limits->body_rate_bytes_per_s) * 1000;
}

bool pace_is_over(const struct pace *pace, const struct http_server_limits *limits, int64_t now_ms)
{
    int64_t taken_ms = now_ms - pace->since_ms;
    if (pace->paused_ms != 0)
        return false;
    switch (pace->phase) {
    case PACE_OPENING:
    case PACE_HEAD:
        return taken_ms > limits->head_ms;
    case PACE_IDLE:
        return taken_ms > limits->idle_ms;
    case PACE_BODY:
        return taken_ms > pace->body_ms || taken_ms > size_ms(pace->size, limits);
    case PACE_ANSWER:
        return taken_ms > pace->answer_ms;
    case PACE_SEND:
    case PACE_FILE:
        return taken_ms > size_ms(pace->size, limits);
    case PACE_STREAM:
        return pace->size > 0 && taken_ms > limits->stall_ms;
    }
    return true;
}
