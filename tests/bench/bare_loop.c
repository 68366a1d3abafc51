/* bare_loop FILE: the least that a reader of captures can do, the yardstick of `peerspec check`:
 * each packet by pcap_next_ex(), of which one octet in 64 is touched, so that all of it comes in.
 */
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdio.h>

#define CACHE_LINE 64

int main(int argc, char **argv)
{
    char why[PCAP_ERRBUF_SIZE];
    pcap_t *pcap = argc == 2 ? pcap_open_offline(argv[1], why) : NULL;
    struct pcap_pkthdr *header;
    const u_char *data;
    uint64_t packets = 0, octets = 0, sum = 0;

    if (pcap == NULL) {
        fprintf(stderr, "bare_loop: %s\n", argc == 2 ? why : "usage: bare_loop FILE");
        return 2;
    }
    for (; pcap_next_ex(pcap, &header, &data) == 1; packets++) {
        octets += header->caplen;
        for (bpf_u_int32 i = 0; i < header->caplen; i += CACHE_LINE)
            sum += data[i];
    }
    pcap_close(pcap);
    printf("%" PRIu64 " packets, %" PRIu64 " octets, sum %" PRIu64 "\n", packets, octets, sum);
    return 0;
}
