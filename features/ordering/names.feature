@rule-order-name @extended @since-0.9.0
Feature: Of runtimes that nothing else ranks the first by name is chosen
  Since v0.9.0 runtimes that were created in the same second and whose protocols rank equally are put in order by
  name. Names are compared letter by letter, so server-10 comes before server-2.

  Scenario Outline: The name "<first>" comes before "<second>"
    Given these ServingRuntimes in namespace "team-a"
      | name     | format  | version | autoSelect |
      | <second> | sklearn | 1       | true       |
      | <first>  | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ServingRuntime "<first>" in namespace "team-a"

    Examples:
      | first     | second    |
      | a-server  | b-server  |
      | server    | server-1  |
      | server-10 | server-2  |
      | server-a  | servera   |
      | 1-server  | a-server  |

  Scenario: Cluster runtimes are put in order in the same way
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect |
      | b-server | sklearn | 1       | true       |
      | a-server | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "a-server"

  Scenario: An entry that has the asked version is not preferred to another that has it
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect |
      | b-server | sklearn | 1       | true       |
      | a-server | sklearn | 0       | true       |
      | a-server | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" version "1"
    Then it runs on ClusterServingRuntime "a-server"

  Scenario: Only runtimes that fit the service are put in order
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect |
      | c-server | sklearn | 1       | true       |
      | b-server | sklearn | 1       | true       |
      | a-server | sklearn | 0       | true       |
    When a service in namespace "team-a" requests "sklearn" version "1"
    Then it runs on ClusterServingRuntime "b-server"
