#!/bin/sh
echo g
