@rule-priority-of-first-entry @extended @since-0.11.1
Feature: A runtime's priority for a format is that of the first entry with its name
  A runtime may list a format several times, for several versions. KServe takes the priority from the first of these
  entries, whatever version the service asks for, and even if that entry may not be chosen automatically.

  Scenario: The entry of the asked version does not give the priority
    Given these ServingRuntimes in namespace "team-a"
      | name      | format  | version | autoSelect | priority |
      | a-mixed   | sklearn | 0       | true       | 1        |
      | a-mixed   | sklearn | 1       | true       | 5        |
      | b-simple  | sklearn | 1       | true       | 3        |
    When a service in namespace "team-a" requests "sklearn" version "1"
    Then it runs on ServingRuntime "b-simple" in namespace "team-a"

  Scenario: The first entry gives its priority to the version that comes after it
    Given these ServingRuntimes in namespace "team-a"
      | name      | format  | version | autoSelect | priority |
      | b-mixed   | sklearn | 0       | true       | 5        |
      | b-mixed   | sklearn | 1       | true       | 1        |
      | a-simple  | sklearn | 1       | true       | 3        |
    When a service in namespace "team-a" requests "sklearn" version "1"
    Then it runs on ServingRuntime "b-mixed" in namespace "team-a"

  Scenario: A first entry without priority leaves the runtime without one
    Given these ServingRuntimes in namespace "team-a"
      | name      | format  | version | autoSelect | priority |
      | a-mixed   | sklearn | 0       | true       |          |
      | a-mixed   | sklearn | 1       | true       | 5        |
      | b-simple  | sklearn | 1       | true       | 1        |
    When a service in namespace "team-a" requests "sklearn" version "1"
    Then it runs on ServingRuntime "b-simple" in namespace "team-a"

  Scenario: The priority of an entry that may not be chosen automatically counts
    Given these ServingRuntimes in namespace "team-a"
      | name      | format  | version | autoSelect | priority |
      | b-mixed   | sklearn | 0       | false      | 9        |
      | b-mixed   | sklearn | 1       | true       | 1        |
      | a-simple  | sklearn | 1       | true       | 5        |
    When a service in namespace "team-a" requests "sklearn" version "1"
    Then it runs on ServingRuntime "b-mixed" in namespace "team-a"

  Scenario: A second entry gives no priority to a runtime whose first may not be chosen
    Given these ServingRuntimes in namespace "team-a"
      | name      | format  | version | autoSelect | priority |
      | a-mixed   | sklearn | 0       | false      |          |
      | a-mixed   | sklearn | 1       | true       | 9        |
      | b-simple  | sklearn | 1       | true       | 1        |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ServingRuntime "b-simple" in namespace "team-a"

  @claim-d9
  Scenario: The documentation promises that the higher priority for the asked version wins
    Given these ServingRuntimes in namespace "team-a"
      | name      | format  | version | autoSelect | priority |
      | a-mixed   | sklearn | 0       | true       | 1        |
      | a-mixed   | sklearn | 1       | true       | 5        |
      | b-simple  | sklearn | 1       | true       | 3        |
    When a service in namespace "team-a" requests "sklearn" version "1"
    Then it runs on ServingRuntime "a-mixed" in namespace "team-a"

  @claim-d9
  Scenario: The documentation promises that a priority counts only with autoSelect
    Given these ServingRuntimes in namespace "team-a"
      | name      | format  | version | autoSelect | priority |
      | b-mixed   | sklearn | 0       | false      | 9        |
      | b-mixed   | sklearn | 1       | true       | 1        |
      | a-simple  | sklearn | 1       | true       | 5        |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ServingRuntime "a-simple" in namespace "team-a"
