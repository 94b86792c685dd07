/*
 * Every named maximum over outside data, with its reason. A limit of one message type stands beside the type.
 */
#ifndef BESA_BASE_LIMITS_H
#define BESA_BASE_LIMITS_H

#define JSON_DEPTH_MAX       16 /* no body nests deeper; bounds the reader's stack */
#define JSON_INTEGER_MAX     INT64_C(9007199254740992) /* 2^53: what every JSON reader holds exactly */
#define JSON_FIELD_COUNT_MAX 64                        /* fields of one object */
#define PROBLEM_COUNT_MAX    64                        /* problems reported at once */

#define HEAD_SIZE_MAX        1024u          /* an entry; well under the 65,535 of C2SP bundles */
#define BODY_SIZE_MAX        (256u * 1024u) /* a message body */
#define PART_SIZE_MAX        (64u * 1024u)  /* a small part; larger ones are attachments */
#define PART_COUNT_MAX       256u           /* parts of one body */
#define SEAL_COUNT_MAX       1024u          /* entries numbered at once */
#define SEAL_SIZE_MAX        (16u * 1024u * 1024u) /* bytes of bodies numbered at once */
#define POST_SIZE_MAX        (48u * 1024u * 1024u) /* a sealed post with heads, parts and padding (x1.5) */
#define POST_CONTENT_MAX                                                                           \
    (30u * 1024u * 1024u) /* its bodies and parts: with salts still the class of 32 MiB */
#define POST_WINDOW_START                                                                          \
    (64u * 1024u) /* 2 s of 256 kbit/s: what an unknown line is trusted with */
#define POST_WINDOW_MIN                                                                            \
    (16u * 1024u) /* less would be all overhead; a lone larger entry goes anyway */
#define POST_RATE_MIN                                                                              \
    (16u * 1024u) /* bytes/s at which a post may still travel when clocks are compared */
#define CHECKPOINT_AHEAD_MAX 4u /* checkpoints signed beyond the last cosignature */

#define SEGMENT_SIZE         (1024u * 1024u) /* an attachment's sealed segment */
#define ATTACHMENT_SIZE_MAX                                                                        \
    (INT64_C(2) * 1024 * 1024 * 1024) /* segment hashes of one must fit a body */
#define ATTACHMENT_COUNT_MAX 32u      /* attachments of one message */

#define ORIGIN_SIZE_MAX      128u                 /* `<party>/<agreement>/to/<partner>/<n>` */
#define NAME_SIZE_MAX        64u                  /* party, agreement, unit, officer identifiers */
#define CHECKPOINT_SIZE_MAX  4096u                /* a signed note with a handful of signatures */
#define JOB_COUNT_MAX        256u                 /* jobs of one commit */
#define JOB_SIZE_MAX         (4u * 1024u * 1024u) /* bytes of jobs of one commit */
#define QUEUE_COUNT_MAX      4096u                /* waiting jobs before a caller hears BUSY */
#define PARTNER_COUNT_MAX    16u                  /* partners of one node */

#endif
