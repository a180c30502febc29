#!/bin/sh
echo h
