#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make catalog.csv from a table of EC2 types: python3 data/catalog.py ec2-us-east-1.csv > data/catalog.csv

The program never runs this; it is the provenance of the figures. Decimal arithmetic only: prices are copied as text.
"""
import csv
import sys
from decimal import ROUND_HALF_EVEN, Decimal

HEADER = """\
# EC2 instance types, us-east-1, Linux. Made by catalog.py; edit that instead.
# source: karpenter-provider-aws 1d927085 and 692ccdd0, kubernetes/autoscaler 55c37cd5, vantage-sh/ec2instances.info 4ef36cd2, alexei-led/spotinfo 5eedf20a
# date: 2026-07-20
# rows: {rows}
#
# on_demand_usd_per_h: aws/karpenter-provider-aws @1d927085dd81a9df9301e613f371dac5b4d16bfe, zz_generated.pricing_aws.go of 2026-07-20 (Apache-2.0).
# vcpus mib gpus arch network_mbps nvme_gb: the same repository's instance-types.md @692ccdd0 of 2026-07-11 (from
#   DescribeInstanceTypes); seven old types from kubernetes/autoscaler @55c37cd5 of 2026-01-22 (Apache-2.0).
#   gpus: NVIDIA and AMD, whole ones. network_mbps: sustained, not "up to"; empty: AWS gives a word only.
# registered_mib: memory seen by the operating system, measured (vantage-sh/ec2instances.info @4ef36cd2, 2025-12 to 2026-01,
#   MIT), else floor(0.96 x mib); less the 32 MiB that AWS Batch's image reserves.
# coremark_per_s: the same measurements, all vCPUs together; empty: not measured.
# spot_savings_percent spot_band: Spot Instance Advisor of 2025-06-28 (alexei-led/spotinfo, file added 5eedf20a, Apache-2.0);
#   band 0..4 = <5, 5-10, 10-15, 15-20, >20 % interrupted per month; empty: not listed.
"""
COLUMNS = (
    "instance_type family arch vcpus mib registered_mib gpus is_metal on_demand_usd_per_h spot_savings_percent "
    "spot_band network_mbps nvme_gb coremark_per_s"
).split()
RESERVED_MIB = 32


def whole(text, scale=1):
    """The nearest whole number to text x scale (half to even) as text; empty stays empty."""
    return text and str((Decimal(text) * scale).to_integral_value(ROUND_HALF_EVEN))


def convert(row):
    visible_mib = row["os_visible_memory_mib"] or int(row["memory_mib"]) * 96 // 100
    return [
        row["instance_type"],
        row["family"],
        row["arch"],
        row["vcpu"],
        row["memory_mib"],
        int(visible_mib) - RESERVED_MIB,
        row["gpu"],
        int(".metal" in row["instance_type"]),
        row["ondemand_usd_per_hour_us_east_1"],
        row["spot_savings_pct"],
        row["spot_interruption_range_index"],
        whole(row["network_gbps"], 1000),
        row["local_nvme_gb"] or 0,
        whole(row["coremark_iter_per_s"]),
    ]


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: catalog.py ec2-us-east-1.csv > catalog.csv")
    with open(sys.argv[1], newline="", encoding="ascii") as file:
        rows = [convert(row) for row in csv.DictReader(file)]
    sys.stdout.write(HEADER.format(rows=len(rows)))
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)


main()
