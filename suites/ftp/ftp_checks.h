/* ftp_checks: the checks behind the tables of ftp_rules.h, and what they share. */
#ifndef PEERSPEC_SUITES_FTP_CHECKS_H
#define PEERSPEC_SUITES_FTP_CHECKS_H

#include "judge/rule.h"
#include "suites/ftp/ftp_dialogue.h"

/* Up to three packet numbers. */
#define PACKETS(...) ((const uint64_t[3]){__VA_ARGS__})

/* The data connection of a transfer, of several the one with payload; NULL where none was seen. */
const struct timeline_flow *ftp_turn_flow(const struct timeline *timeline,
                                          const struct ftp_turn *turn);
/* True where a SYN, and an RST at most, is all that there was: had the capture lost the SYN-ACK,
 * there would be more. */
bool ftp_flow_unanswered(const struct timeline_flow *flow);
/* True where another passive port was announced after the flow's, before its SYN. */
bool ftp_flow_replaced(const struct timeline *timeline, const struct timeline_flow *flow);
/* True where the payload begins with a TLS handshake record. */
bool ftp_starts_tls(struct bytes payload);

typedef void ftp_check_fn(const struct timeline *timeline, struct rule_run *run);

/* ftp_reply_checks.c */
ftp_check_fn ftp_reply_code_format, ftp_reply_first_digit, ftp_reply_second_digit,
    ftp_reply_known_code, ftp_reply_crlf, ftp_reply_bare_cr, ftp_reply_nul, ftp_reply_control_bytes,
    ftp_multiline_inner_pad, ftp_multiline_not_nested, ftp_multiline_last_text, ftp_reply_7bit,
    ftp_reply_line_length, ftp_reply_error_text, ftp_reply_whole_at_close, ftp_multiline_end,
    ftp_telnet_server_noneg;
/* ftp_dialogue_checks.c */
ftp_check_fn ftp_greeting_first, ftp_greeting_code, ftp_greeting_prompt, ftp_120_then_220,
    ftp_client_wait_greeting, ftp_one_final_reply, ftp_at_most_one_1yz, ftp_1yz_only_transfer,
    ftp_1yz_completed, ftp_no_spontaneous, ftp_cmd_before_final, ftp_reply_code_table,
    ftp_mandatory_verbs, ftp_421_closes, ftp_quit_221_fin, ftp_client_quit, ftp_abor_sequence;
/* ftp_session_checks.c */
ftp_check_fn ftp_client_331_pass, ftp_client_332_acct, ftp_pass_after_user, ftp_530_before_login,
    ftp_rnto_503, ftp_rnfr_rnto_adjacent, ftp_rest_adjacent, ftp_rest_350, ftp_allo_followed,
    ftp_epsv_all_client, ftp_epsv_all_server, ftp_rein_resets;
/* ftp_command_checks.c */
ftp_check_fn ftp_cmd_crlf, ftp_cmd_printable, ftp_telnet_client, ftp_cmd_verb, ftp_cmd_one_sp,
    ftp_cmd_no_trailing_sp, ftp_cmd_args, ftp_cmd_length, ftp_type_syntax, ftp_rest_arg,
    ftp_allo_arg, ftp_port_syntax, ftp_eprt_syntax, ftp_epsv_arg;
/* ftp_answer_checks.c */
ftp_check_fn ftp_227_format, ftp_227_range, ftp_227_single, ftp_229_format, ftp_229_delim,
    ftp_522_list, ftp_257_quote, ftp_213_size, ftp_213_mdtm, ftp_213_hash, ftp_213_mfmt,
    ftp_singleline_213, ftp_stou_file, ftp_110_mark;
/* ftp_feature_checks.c */
ftp_check_fn ftp_feat_lines, ftp_feat_end, ftp_feat_none, ftp_feat_not_self, ftp_feat_rest,
    ftp_feat_mlst, ftp_feat_complete, ftp_feat_honest, ftp_opts_with_feat, ftp_opts_mlst_reply,
    ftp_feat_stars, ftp_feat_facts, ftp_feat_utf8, ftp_feat_tls;
/* ftp_listing_checks.c */
ftp_check_fn ftp_mlst_format, ftp_mlsd_format, ftp_mlsx_type, ftp_mlsx_cdir_pdir, ftp_mlsx_time,
    ftp_mlsx_perm, ftp_mlsx_localfact, ftp_nlst_names, ftp_nlst_no_dot, ftp_list_crlf,
    ftp_opts_facts_only, ftp_mlsx_values, ftp_mlsd_name, ftp_mlst_path, ftp_mlsd_file;
/* ftp_connection_checks.c */
ftp_check_fn ftp_ctrl_handshake, ftp_data_handshake, ftp_port20, ftp_active_src_ip, ftp_active_dst,
    ftp_active_after_cmd, ftp_pasv_direction, ftp_pasv_addr_self, ftp_pasv_nondefault,
    ftp_pasv_unpriv, ftp_pasv_listen_first, ftp_data_peer_ip, ftp_data_peer_ip_client,
    ftp_pasv_foreign, ftp_port_foreign, ftp_port_self, ftp_port_unpriv, ftp_pasv_per_xfer,
    ftp_port_per_xfer;
/* ftp_transfer_checks.c */
ftp_check_fn ftp_no_data_before_150, ftp_client_data_after_150, ftp_no_1yz_no_data,
    ftp_226_after_close, ftp_data_not_after_226, ftp_eof_fin, ftp_close_who, ftp_data_one_per_xfer,
    ftp_data_simplex, ftp_size_exact, ftp_rest_exact, ftp_rest_once, ftp_ascii_crlf, ftp_150_size;
/* ftp_tls_checks.c */
ftp_check_fn ftp_auth_clienthello, ftp_auth_234_tls, ftp_auth_no_pipeline_server,
    ftp_auth_no_pipeline_client, ftp_pbsz_before_prot, ftp_pbsz_zero, ftp_prot_c_clear,
    ftp_implicit_tls;
/* ftp_status_checks.c */
ftp_check_fn ftp_215_system, ftp_215_same, ftp_stat_codes, ftp_type_standard, ftp_mode_stru_default,
    ftp_x_aliases, ftp_lang_reply, ftp_63z_lines;
/* ftp_login_checks.c */
ftp_check_fn ftp_host_before_user, ftp_host_no_port, ftp_login_attempts, ftp_login_delay,
    ftp_user_uniform, ftp_anonymous_pass, ftp_client_restarts, ftp_rest_again;
/* ftp_interrupt_checks.c */
ftp_check_fn ftp_abor_stays, ftp_abor_closes_data, ftp_abor_telnet_order, ftp_stat_in_transfer,
    ftp_quit_in_transfer, ftp_telnet_refuses, ftp_urg_only_synch;
/* ftp_opening_checks.c */
ftp_check_fn ftp_425_no_connection, ftp_426_was_connected, ftp_active_listening, ftp_pasv_random,
    ftp_pasv_replaced, ftp_data_ends_with_control, ftp_data_ends_with_port, ftp_close_both,
    ftp_client_after_fin;
/* ftp_family_checks.c */
ftp_check_fn ftp_ctrl_user_opens, ftp_epsv_same_hosts;
/* ftp_cover_checks.c */
ftp_check_fn ftp_prot_p_tls, ftp_tls_close_notify, ftp_ccc_clear, ftp_tls_fail_421;
/* ftp_form_checks.c */
ftp_check_fn ftp_block_header, ftp_block_marker, ftp_compressed_format, ftp_record_escape,
    ftp_mode_z;
/* ftp_refusal_checks.c */
ftp_check_fn ftp_unknown_500_502, ftp_4yz_retryable, ftp_idle_timeout;
/* ftp_order_checks.c */
ftp_check_fn ftp_queue_pipelined, ftp_multiline_same_code;
/* ftp_pathname_checks.c */
ftp_check_fn ftp_path_literal;

#endif
