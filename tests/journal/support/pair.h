/*
 * Two whole nodes in one process without threads or HTTP: real keepers, real SQLite, a co-signed agreement, and a line
 * that hands a call straight to the other's receiver. For tests of journal, exchange and desk.
 */
#ifndef BESA_TESTS_PAIR_H
#define BESA_TESTS_PAIR_H

#include "desk/desk.h"
#include "exchange/exchange.h"
#include "journal/journal.h"
#include "keeper/keeper.h"
#include "store/database.h"

struct arrival;
struct pair;
struct pair_node {
    struct pair *pair;
    size_t side;
    const char *party;
    char home[512];
    struct keeper *keeper;
    struct database *db;
    struct journal journal;
    struct exchange *exchange;
    bool is_open;
    uint64_t hidden_types; /* of the journal's options, from the next opening on */
    int64_t apply_number;
    void (*rebuild_progress)(void *context, int64_t done, int64_t total);
};

struct pair {
    const char *places[2]; /* databases; NULL: an SQLite file in each home */
    char home[256];
    struct pair_node nodes[2]; /* ro, al */
    struct buffer cms;
    struct buffer institution_keys[2]; /* of ro and al: on no node, but here for amendments */
    struct buffer certificates[2];
    uint8_t fingerprint[DIGEST_SIZE];
    bool is_cut;              /* the line is down */
    bool is_unreachable[2];   /* this side cannot be called: it pulls */
    bool loses_pulls;         /* the next answer to a pull that brings a call does not arrive */
    struct arrival *arrivals; /* calls under way */
    int calls_until_cut;      /* when above 0: after so many calls the line goes down */
    bool loses_answer;        /* the next call arrives, its answer does not */
    int64_t paired_at_ms;
    const char *unknown;     /* calls of this path are answered 404, as by an older node, */
    unsigned unknown_status; /* or with this; 0: 404 */
    unsigned unknown_calls;  /* and counted */
    bool withholds;          /* posts are answered 200 with nothing */
    unsigned calls;          /* calls made, of both */
    unsigned posts;          /* of them, those that bring a post */
    unsigned posts_2;        /* and of these, those made in protocol 2 */
    const char *says; /* when set, posts are answered with this and do not arrive, also in a lane */
    unsigned says_status;
    int64_t says_retry_ms;  /* what the line tells of the Retry-After of every answer */
    uint64_t said_id;       /* of the post in a lane that the next pull answers so; 0: none */
    size_t post_size;       /* of the largest since a test set it to 0 */
    int64_t post_travel_ms; /* how long each post is under way */
    int64_t
        bytes_per_s; /* of calls and answers, which then hold their deadlines; 0: no time passes */
    unsigned
        protocols[2]
                 [2]; /* oldest and newest of each node, from its next opening; 0: the product's */
};

/* The same with databases of its own. */
bool pair_make_at(struct pair *pair, const char *const places[2]);
/* Both nodes with keys, agreement, an officer `ana` resp. `blerim`, and case `c-1`. False prints why. */
bool pair_make(struct pair *pair);
void pair_free(struct pair *pair);
/* Closes and opens one node again, as after a restart. */
bool pair_reopen(struct pair_node *node);
void pair_close_node(struct pair_node *node);
/* The keeper of a closed node; `directory` is room for the path. */
struct keeper_options pair_keeper(const struct pair_node *node, char directory[600]);
/* The pre-shared key again, as by `besa pair` after the keeper lost it. */
bool pair_again(struct pair_node *node, struct error *err);
/* How the draws of both nodes' pauses fall from here on. */
enum pair_draws {
    PAIR_DRAWS_ANY,
    PAIR_DRAWS_LEAST,
    PAIR_DRAWS_MOST,
};
void pair_draw(enum pair_draws which);
/* Lets time pass on the clock that both share. */
void pair_wait(int64_t ms);
/* Pumps both until nothing moves (a bounded number of rounds). */
void pair_settle(struct pair *pair);
/* Pumps both for so long by their clock. */
void pair_run(struct pair *pair, int64_t for_ms);
int64_t pair_clock_ms(void);
/* Runs an act in the node's writer; its JSON in `out`. */
/* One act of this officer, without a case. */
bool pair_act_as(struct pair_node *node, const char *officer, const char *act,
                 const char *arguments, struct buffer *out, struct error *err);
bool pair_act(struct pair_node *node, const char *act, const char *arguments, struct span body,
              struct buffer *out, struct error *err);
/* As the act runs when nobody approved its draft in an emergency. */
bool pair_act_alone(struct pair_node *node, const char *act, const char *arguments,
                    struct span body, struct buffer *out, struct error *err);
/* A sample request with this reference, sent from `node`; its id in `item`. */
bool pair_request(struct pair_node *node, unsigned number, char item[UUID_TEXT_SIZE],
                  struct error *err);

/* Runs any function in the node's writer, as a job of its own. */
bool pair_work(struct pair_node *node,
               bool (*run)(struct journal *journal, void *context, struct error *err),
               void *context, struct error *err);
/* The institutions sign: that of `side` alone, or the partner's after it. */
bool pair_sign_succession(struct pair *pair, size_t side, size_t signer_count,
                          const struct succession_document *document, struct buffer *out,
                          struct error *err);

#endif
