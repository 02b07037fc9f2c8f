version=2
# What kizuki reads in Sendmail's log, behind "sm-mta[123]: ".
# Fields: queue, to, relay, xdelay, text (what stands behind "stat=").
rule=sendmail:%queue:char-to::%: to=%to:string-to:, delay=%, delay=%-:string-to:, xdelay=%, xdelay=%xdelay:char-to:,%, %-:string-to:relay=%relay=%relay:string-to:, dsn=%, dsn=%-:string-to:, stat=%, stat=%text:rest%
rule=null-sender:%queue:char-to::%: from=<>, %-:rest%
rule=expired:%queue:char-to::%: %-:char-to::%: %-:string-to:Cannot send message for %Cannot send message for %-:rest%
