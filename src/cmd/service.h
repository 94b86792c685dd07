/*
 * Service: the running node: its line to the partners, their calls to it, and the threads: writer, courier, background,
 * the partner server's and the control socket's.
 */
#ifndef BESA_CMD_SERVICE_H
#define BESA_CMD_SERVICE_H

#include "cmd/audit_stream.h"
#include "cmd/gauges.h"
#include "cmd/keys_watch.h"
#include "cmd/node.h"
#include "desk/alarm.h"
#include "desk/retention.h"
#include "cmd/sandbox.h"
#include "http/client.h"
#include "http/server.h"
#include "journal/unread.h"

/* To one partner. HTTP/1.1 carries one call at a time: one of each kind, and the lanes of our pulls. */
#define SERVICE_CONNECTION_MAX 8u

/* One partner as the line knows it. Entries are only added, and stay where they are while the node runs. */
struct partner {
    char party[NAME_SIZE_MAX + 1];
    char tls_name[HTTP_NAME_SIZE];
    /* Of its institution's certificate, as the agreement in force names it, and of the next one where that is named too;
     * changed under `mutex`. */
    uint8_t fingerprints[2][HTTP_FINGERPRINT_SIZE];
    size_t fingerprint_count;
    struct buffer certificate_pem;        /* the same */
    char address[HTTP_ADDRESS_SIZE];      /* numeric; empty: it calls us, we cannot call it */
    char said_address[CONF_ADDRESS_SIZE]; /* as the configuration says it */
    struct http_target target;
    enum config_connect connect;
};

/* The hourly pass over what is due (service_retention.c). */
struct service_retention {
    struct job job;                  /* the background thread's while is_busy is 0 */
    struct desk_retention_pass pass; /* the same */
    struct desk_retention_pass before;
    int64_t next_ms; /* of the monotonic clock; the background thread's */
    int64_t
        acts_due_ms; /* of the pass: access entries made before it are to be forgotten in the copy too */
    uint32_t copy_count; /* files of the copy to which nothing is added */
    uint32_t copy_next;  /* the background thread's: the next one to go through */
    uint32_t copy_over;  /* the same: files before it have nothing left to forget, ever */
    int is_busy;         /* atomic, as the numbers below */
    int64_t erased;      /* since the start */
    int64_t overdue[PARTNER_COUNT_MAX];
    int64_t soon[PARTNER_COUNT_MAX];
    int64_t unread[PARTNER_COUNT_MAX];
    int64_t unread_first_ms[PARTNER_COUNT_MAX];
};
/* What the last pass found on a line. */
struct service_retention_line {
    int64_t overdue;
    int64_t soon;
    struct unread unread;
};

/* The cross-check of what came and went (service_crosscheck.c). */
struct service_crosscheck {
    struct job job;         /* the background thread's while is_busy is 0 */
    bool has_more;          /* the same */
    bool is_failing;        /* the same; and was reported */
    int64_t next_ms;        /* of the monotonic clock; the background thread's */
    int64_t overdue;        /* confirmations in writing; the same */
    int64_t told;           /* the same: how many were reported */
    int64_t unchecked;      /* entries that could not be cross-checked; the same */
    int64_t unchecked_told; /* the same */
    int is_wanted;          /* atomic: something came or went */
    int is_busy;            /* atomic */
};

/* The look at the limits, each minute (service_limits.c). */
enum limits_shown {
    LIMITS_OVERDUE_HERE,  /* our answers */
    LIMITS_OVERDUE_THERE, /* the partner's */
    LIMITS_AUTHORISATION, /* of both sides: overdue, and an authorisation is awaited */
    LIMITS_SOON,
    LIMITS_NO_CUSTODY,
    LIMITS_SHOWN_COUNT
};
#define LIMITS_TOLD_MAX 1000u /* alarms remembered as told: five pages of the desk's list */
struct limit_told {
    int64_t entry;
    enum alarm_kind kind;
};
struct service_limits {
    struct job job;                          /* the background thread's while is_busy is 0 */
    int64_t next_ms;                         /* of the monotonic clock; the background thread's */
    int is_busy;                             /* atomic */
    struct limit_told told[LIMITS_TOLD_MAX]; /* the writer's: what stood at the last look */
    size_t told_count;
    int64_t glass_told; /* the writer's: the newest broken glass that was told */
    int64_t shown[LIMITS_SHOWN_COUNT][PARTNER_COUNT_MAX]; /* atomic */
};

/* The search files of the own index, and the thread that lets them follow the books (service_index.c). */
struct service_index {
    struct database *db; /* the thread's own */
    struct own_index *index;
    pthread_t thread;
    bool has_thread;
    bool is_failing; /* and was reported */
};

struct service {
    struct node *node;
    struct buffer key_pem; /* of TLS; changed under `mutex` by service_tls_renew */
    struct buffer certificate_pem;
    struct buffer
        retired_pem[2 * HTTP_IDENTITY_COUNT_MAX]; /* calls under way may still read them */
    size_t retired_count;
    struct buffer retired_trust[HTTP_IDENTITY_COUNT_MAX]; /* the same of partners' certificates */
    size_t retired_trust_count;
    pthread_mutex_t mutex; /* partners */
    struct partner partners[PARTNER_COUNT_MAX];
    size_t partner_count;
    struct http_server *server;
    struct web *web;                 /* NULL: no API */
    struct http_server *desk_server; /* the same */
    struct verifying *verifying;     /* the same */
    struct http_client *client;      /* NULL once the line is closed */
    pthread_mutex_t line_mutex;      /* client */
    struct control_server *control;
    struct database *background_db;
    struct sandbox_level sandbox;
    int64_t started_ms;
    pthread_t writer;
    pthread_t courier;
    pthread_t background;
    struct job expiry; /* of uploads; the background thread's while is_expiring is 0 */
    int is_expiring;   /* atomic */
    struct service_retention retention;
    struct service_limits limits;
    struct service_index index;
    struct service_crosscheck crosscheck;
    bool has_writer;
    bool has_courier;
    bool has_background;
    struct gauges gauges;
    struct audit_stream audit_stream;
    bool is_metrics_failing;      /* the background thread's */
    struct keys_watch keys_watch; /* the same */
    int beat_fd;                  /* the supervisor's pipe; -1: nobody wants to know */
    unsigned writer_moves;        /* atomic: rounds of the writer, steps of its long jobs */
    unsigned courier_moves;       /* atomic */
    bool was_reachable[PARTNER_COUNT_MAX]; /* as last reported; the background thread's */
    bool was_stop_told;                    /* the writer: of the domestic log */
    int stop;                              /* atomic: the threads end */
    int main_stop; /* atomic: the main thread is asked to stop, with this exit code + 1 */
};

/* Everything that needs files, names and sockets; no thread yet. service_end in every case. */
bool service_make(struct node *node, struct service **out, struct error *err);
bool service_start(struct service *service, struct error *err);
/* An alarm for each agreement that demands a protocol which this program does not speak. At the start. */
void service_demands_report(const struct node *node);
/* Ends threads in the order in which they need each other, then frees. */
void service_end(struct service **service);
/* service_line.c: how calls reach the partners; makes the courier look; how many partners there are. Any thread. */
struct exchange_line service_line(struct service *service);
void service_line_wake(void *service);
size_t service_partner_count(struct service *service);
/* Partners of agreements that came since. In the writer, or before the threads start. */
bool service_follow(struct service *service, struct error *err);
/* Takes the TLS key and certificate that lie in the home now: the next connections show them, those that stand go on.
 * Any thread but the courier's. On failure the old ones stay. (service_tls.c) */
bool service_tls_renew(struct service *service, struct error *err);
void service_tls_free(struct service *service);
/* Lets no certificate through that the books name as revoked. In the writer, or before the threads start. (service_trust.c) */
bool service_refuse(struct service *service, struct error *err);
/* Whom a line believes changed: a revocation, or a version of the agreement with another certificate. A failure is an
 * alarm. */
void service_trust_changed(struct service *service, size_t line);
/* A partner's institutions as the agreement in force names them. */
bool partner_trust_read(const struct agreement_party *party, struct partner *out,
                        struct error *err);
/* Notes for `besa keys` which certificate holds; a failure is reported and changes nothing else. */
void service_trust_settle(struct service *service, const struct partner *partner);
/* The institutions of all partners, for the server. */
bool service_trust_write(struct service *service, struct buffer *out);
/* The certificate that this node shows is one that it revoked itself. In the writer. */
bool node_own_is_revoked(struct node *node, bool *is_revoked, struct error *err);
/* Away with the API's own key; the API shows the node's certificate from now on. MISSING when it has none. */
bool service_desk_key_drop(struct node *node, struct error *err);
/* Gives the writer the next step when it is time. In the background thread. */
void service_retention_look(struct service *service);
/* What the last pass found on a line. Any thread. */
void service_retention_shown(struct service *service, size_t line,
                             struct service_retention_line *out);
/* What went in all since the start. Any thread. */
int64_t service_retention_erased(struct service *service);
/* The same of the cross-check; and that there is something to look at: any thread, does not block. */
void service_crosscheck_look(struct service *service);
void service_crosscheck_want(struct service *service);
/* Looks at the limits of requests when it is time. In the background thread. */
void service_limits_look(struct service *service);
/* What the last look found on a line. Any thread. */
int64_t service_limits_shown(struct service *service, enum limits_shown what, size_t line);
/* Opens the search files, before the threads; a file that is not whole is told and made again. */
bool service_index_make(struct service *service, struct error *err);
bool service_index_start(struct service *service, struct error *err);
/* Once the writer has ended. */
void service_index_end(struct service *service);
/* From the books to exchange. */
void service_event(void *context, const struct journal_event *event);

/* From now on a byte goes into `beat_fd` (not blocking) about once a second, as long as both the writer and the courier
 * moved since the last one; the first at once. False when nobody holds the other end. */
bool service_beat(struct service *service, int beat_fd);
/* A step of a long job of the writer: it moves, though its round lasts. In the writer. */
void service_moved(struct service *service);

#endif
