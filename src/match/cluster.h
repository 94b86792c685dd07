/*
 * Cluster: the records that links hold together, directly or over others, and the weakest tie that each group needs: taken
 * away, the group falls in two. A chain of likely links is no likely link; an officer looks at the weakest one first.
 */
#ifndef BESA_MATCH_CLUSTER_H
#define BESA_MATCH_CLUSTER_H

#include "match/link.h"

struct clusters {
    uint32_t *members;    /* records, by cluster, ascending in each */
    size_t *starts;       /* of clusters in members: count + 1 */
    struct link *weakest; /* by cluster */
    size_t count;         /* clusters of two records or more; the surest first */
};

/* `links` as link_run gives them, best first. LIMIT when memory is out. */
bool clusters_make(size_t record_count, const struct links *links, struct clusters *out,
                   struct error *err);
void clusters_free(struct clusters *clusters);

#endif
