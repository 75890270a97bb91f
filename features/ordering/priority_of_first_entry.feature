@rule-priority-of-first-entry @extended @since-0.11.1
Feature: The priority of a runtime for a format is that of its first entry
  A runtime can list a format several times, with different versions. KServe uses the priority of the first of these
  entries, whatever version the service requests, even if that entry has no autoSelect.

  Scenario: The priority of the entry with the requested version is ignored
    Given these ServingRuntimes in namespace "team-a"
      | name      | format  | version | autoSelect | priority |
      | a-mixed   | sklearn | 0       | true       | 1        |
      | a-mixed   | sklearn | 1       | true       | 5        |
      | b-simple  | sklearn | 1       | true       | 3        |
    When a service in namespace "team-a" requests "sklearn" version "1"
    Then it runs on ServingRuntime "b-simple" in namespace "team-a"

  Scenario: The priority of the first entry applies to a later version
    Given these ServingRuntimes in namespace "team-a"
      | name      | format  | version | autoSelect | priority |
      | b-mixed   | sklearn | 0       | true       | 5        |
      | b-mixed   | sklearn | 1       | true       | 1        |
      | a-simple  | sklearn | 1       | true       | 3        |
    When a service in namespace "team-a" requests "sklearn" version "1"
    Then it runs on ServingRuntime "b-mixed" in namespace "team-a"

  Scenario: Without a priority in the first entry the runtime has none
    Given these ServingRuntimes in namespace "team-a"
      | name      | format  | version | autoSelect | priority |
      | a-mixed   | sklearn | 0       | true       |          |
      | a-mixed   | sklearn | 1       | true       | 5        |
      | b-simple  | sklearn | 1       | true       | 1        |
    When a service in namespace "team-a" requests "sklearn" version "1"
    Then it runs on ServingRuntime "b-simple" in namespace "team-a"

  Scenario: The priority of an entry without autoSelect counts
    Given these ServingRuntimes in namespace "team-a"
      | name      | format  | version | autoSelect | priority |
      | b-mixed   | sklearn | 0       | false      | 9        |
      | b-mixed   | sklearn | 1       | true       | 1        |
      | a-simple  | sklearn | 1       | true       | 5        |
    When a service in namespace "team-a" requests "sklearn" version "1"
    Then it runs on ServingRuntime "b-mixed" in namespace "team-a"

  Scenario: A second entry does not set the priority of a runtime whose first entry has no autoSelect
    Given these ServingRuntimes in namespace "team-a"
      | name      | format  | version | autoSelect | priority |
      | a-mixed   | sklearn | 0       | false      |          |
      | a-mixed   | sklearn | 1       | true       | 9        |
      | b-simple  | sklearn | 1       | true       | 1        |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ServingRuntime "b-simple" in namespace "team-a"

  @claim-d9
  Scenario: According to the documentation the higher priority for the requested version wins
    Given these ServingRuntimes in namespace "team-a"
      | name      | format  | version | autoSelect | priority |
      | a-mixed   | sklearn | 0       | true       | 1        |
      | a-mixed   | sklearn | 1       | true       | 5        |
      | b-simple  | sklearn | 1       | true       | 3        |
    When a service in namespace "team-a" requests "sklearn" version "1"
    Then it runs on ServingRuntime "a-mixed" in namespace "team-a"

  @claim-d9
  Scenario: According to the documentation a priority counts only with autoSelect
    Given these ServingRuntimes in namespace "team-a"
      | name      | format  | version | autoSelect | priority |
      | b-mixed   | sklearn | 0       | false      | 9        |
      | b-mixed   | sklearn | 1       | true       | 1        |
      | a-simple  | sklearn | 1       | true       | 5        |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ServingRuntime "a-simple" in namespace "team-a"
